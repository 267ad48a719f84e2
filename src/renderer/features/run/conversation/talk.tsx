import { Hourglass } from 'lucide-react'
import { useCallback, useMemo, useRef, useState } from 'react'
import type { Run } from '../../../../shared/models/index.ts'
import { EmptyState, ErrorState, Skeleton, useHotkeys, useNow } from '../../../components/index.ts'
import { composerState, type QueuePlace, waitingWords } from '../data/words.ts'
import type { RunViewProps } from '../run-view.tsx'
import { Composer } from './composer.tsx'
import { ConversationProvider } from './context.ts'
import { ConversationRows } from './conversation-panel.tsx'
import { buildRows, stillUntold } from './rows.ts'
import { TodoCard } from './todo-card.tsx'

function Waiting({ run, place }: { run: Run; place: QueuePlace | null }) {
  const words = useNow(useCallback((now: number) => waitingWords(run, place, now), [run, place]))
  return (
    <EmptyState icon={<Hourglass />} title={run.title}>
      {words}
    </EmptyState>
  )
}

/** Conversation with what is said to it: the first tab. */
export function Talk({ props, openLog }: { props: RunViewProps; openLog: () => void }) {
  const { run, feed, inbox, sent, actions, busy, place } = props
  const opened = useRef(new Map<string, boolean>())
  const holdStill = useRef(() => {})
  const untold = useMemo(() => stillUntold(sent, feed.conversation.items), [sent, feed.conversation.items])
  const rows = useMemo(() => buildRows(feed.conversation, inbox, untold, run), [feed.conversation, inbox, untold, run])
  const hot = inbox.find((item) => item.kind === 'permission') ?? null
  useHotkeys({ a: () => hot && actions.replyPermission(hot, 'once') }, hot !== null && !busy.has(hot.id))
  const outOfTime = run.status === 'running' && inbox.some((item) => item.kind === 'timeout')
  const [sure, setSure] = useState(false)
  // Asked anew the next time its time is over.
  if (sure && !outOfTime) setSure(false)
  useHotkeys({ w: () => actions.waitLonger(), k: () => setSure(true) }, outOfTime && !busy.has('wait') && !busy.has('kill'))
  const scene = useMemo(
    () => ({
      run,
      actions: { ...actions, openLog },
      busy,
      hotRequest: hot?.id ?? null,
      sure,
      onSure: setSure,
      opened: opened.current,
      holdStill,
    }),
    [run, actions, openLog, busy, hot, sure],
  )
  const waits = run.status === 'queued' || run.status === 'scheduled'
  const bare = rows.every((row) => row.type === 'note')
  const { closed, hint } = composerState(run)
  const hasAgent = run.steps.some((step) => step.op === 'agent')
  return (
    <div className="run-talk">
      <ConversationProvider value={scene}>
        {feed.line === 'failed' && feed.conversation.items.length === 0 ? (
          <ErrorState title="The conversation could not be read" message={feed.problem ?? ''} onRetry={actions.reloadFeed} />
        ) : feed.line === 'loading' && rows.length < 2 ? (
          <div className="run-loading">
            <Skeleton rows={5} height={40} label="Loading the conversation" />
          </div>
        ) : waits && bare ? (
          <Waiting run={run} place={place} />
        ) : (
          <ConversationRows rows={rows} forgotten={feed.conversation.forgotten} label={`Conversation of ${run.title}`} />
        )}
      </ConversationProvider>
      <div className="talk-foot">
        <TodoCard todos={feed.conversation.todos} />
        {hasAgent && <Composer closed={closed} hint={hint} draft={props.draft} onDraft={props.onDraft} onSend={actions.send} />}
      </div>
    </div>
  )
}
