import { memo } from 'react'
import { StatusDot, TimeoutAsk } from '../../../components/index.ts'
import { PermissionAsk } from '../../../components/permission-ask.tsx'
import { QuestionAsk } from '../../../components/question-ask.tsx'
import { stripAnsi } from '../../../format/ansi.ts'
import { stoppingWords } from '../../../format/index.ts'
import { useScene } from './context.ts'
import { EndingRow } from './ending-row.tsx'
import { AskedRow, AttemptRow, FilesRow, NoteRow, OutputRow, RetryRow, StepRow } from './quiet-rows.tsx'
import type { Row, WaitingRow } from './rows.ts'
import { PromptRow, ReasoningRow, TextRow } from './said-rows.tsx'
import { ToolRow } from './tool-row.tsx'

function Waiting({ row }: { row: WaitingRow }) {
  const { run, actions, busy, hotRequest, sure, onSure } = useScene()
  const { inbox } = row
  const isBusy = busy.has(inbox.id)
  if (inbox.kind === 'timeout')
    return (
      <TimeoutAsk
        run={run}
        title={inbox.title}
        keys
        waiting={busy.has('wait')}
        killing={busy.has('kill')}
        asking={{ open: sure, onOpen: onSure }}
        onWait={actions.waitLonger}
        onKill={actions.kill}
      />
    )
  return inbox.kind === 'permission' ? (
    <PermissionAsk
      item={inbox}
      busy={isBusy}
      shortcut={hotRequest === inbox.id ? 'A' : undefined}
      onReply={(reply, message) => actions.replyPermission(inbox, reply, message)}
    />
  ) : (
    <QuestionAsk item={inbox} busy={isBusy} onReply={(answers) => actions.replyQuestion(inbox, answers)} />
  )
}

function Working() {
  const { run } = useScene()
  const words =
    stoppingWords(run) ??
    (stripAnsi(run.message) || (run.status === 'awaiting_reconnect' ? 'waiting for its target to come back' : 'working'))
  return (
    <div className="talk-working" role="status">
      <StatusDot tone={run.status === 'cancelling' ? 'idle' : 'run'} beat={run.heartbeatAt} />
      <span className="truncate">{words}</span>
    </div>
  )
}

/** One row of a conversation. Drawn again only when the row itself changed. */
export const ConversationRow = memo(({ row }: { row: Row }) => {
  switch (row.type) {
    case 'prompt':
    case 'sent':
      return <PromptRow item={row} />
    case 'text':
      return <TextRow item={row} />
    case 'reasoning':
      return <ReasoningRow item={row} />
    case 'tool':
      return <ToolRow item={row} />
    case 'files':
      return <FilesRow item={row} />
    case 'permission':
    case 'question':
      return <AskedRow item={row} />
    case 'retry':
      return <RetryRow item={row} />
    case 'attempt':
      return <AttemptRow item={row} />
    case 'step':
      return <StepRow item={row} />
    case 'output':
      return <OutputRow item={row} />
    case 'note':
      return <NoteRow item={row} />
    case 'waiting':
      return <Waiting row={row} />
    case 'working':
      return <Working />
    case 'ending':
      return <EndingRow />
  }
})
