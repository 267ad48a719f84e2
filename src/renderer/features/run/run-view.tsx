import { FileDiff } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { RunDiff } from '../../../shared/contract/index.ts'
import { type InboxItem, isEnded, type Run, type RunAttempt } from '../../../shared/models/index.ts'
import { Button, TabPanel, Tabs, useHotkeys } from '../../components/index.ts'
import { SplitPane } from '../../components/split-pane.tsx'
import { plural } from '../../format/index.ts'
import { ChangesPanel } from './changes/changes-panel.tsx'
import { diffTotals } from './changes/totals.ts'
import type { ConversationActions } from './conversation/context.ts'
import type { SentPrompt } from './conversation/rows.ts'
import { Talk } from './conversation/talk.tsx'
import type { Loadable } from './data/loadable.ts'
import { useWide } from './data/use-wide.ts'
import type { QueuePlace } from './data/words.ts'
import type { FeedView } from './feed/run-feed.ts'
import { LogPanel } from './log/log-panel.tsx'
import { RunHead } from './run-head.tsx'
import './run.css'
import { StepsPanel } from './steps/steps-panel.tsx'

export type RunTab = 'conversation' | 'log' | 'steps' | 'changes'

/** Pixels of width from which conversation and changes stand side by side. */
const SIDE_BY_SIDE = 860

export interface RunActions extends Omit<ConversationActions, 'openLog'> {
  cancel(): void
  copyId(): void
  /** Answers whether it was taken. */
  send(text: string): Promise<boolean>
  downloadLog(): Promise<void>
  reloadDiff(): void
  reloadAttempts(): void
  reloadFeed(): void
}

/** What this screen remembers of how someone likes it. */
export interface RunLayout {
  readonly share: number
  readonly changesOpen: boolean
  readonly splitDiff: boolean
}

export interface RunViewProps {
  readonly run: Run
  readonly projectName: string | null
  readonly place: QueuePlace | null
  readonly feed: FeedView
  readonly inbox: readonly InboxItem[]
  readonly attempts: Loadable<readonly RunAttempt[]>
  readonly diff: Loadable<RunDiff>
  readonly busy: ReadonlySet<string>
  readonly sent: readonly SentPrompt[]
  readonly draft: string
  readonly onDraft: (draft: string) => void
  readonly layout: RunLayout
  readonly onLayout: (layout: Partial<RunLayout>) => void
  readonly actions: RunActions
  readonly initialTab?: RunTab
  /** Called when another tab is shown. */
  readonly onTab?: (tab: RunTab) => void
}

/** Why a run has nothing to compare; null when it has a worktree, or may still get one. */
const withoutChanges = (run: Run): string | null => {
  if (run.worktreeId !== null) return null
  if (run.projectId === null) return 'This run has no project, so it works in a folder of its own.'
  return isEnded(run.status) ? 'This run ended before it had a worktree.' : 'Its worktree is made when it starts.'
}

/** The page of one run, with everything handed in: head, conversation, log, steps, and beside them what changed. */
export function RunView(props: RunViewProps) {
  const { run, feed, diff, layout, onLayout, actions } = props
  const [tab, setTab] = useState<RunTab>(props.initialTab ?? 'conversation')
  const [box, wide] = useWide(SIDE_BY_SIDE)
  const show = (next: RunTab) => {
    setTab(next)
    props.onTab?.(next)
  }
  const ended = isEnded(run.status)
  useHotkeys({
    c: () => !ended && run.status !== 'cancelling' && actions.cancel(),
    r: () => (run.status === 'failed' || run.status === 'cancelled') && actions.retry(),
    d: () => (wide ? onLayout({ changesOpen: !layout.changesOpen }) : show('changes')),
    l: () => show(tab === 'log' ? 'conversation' : 'log'),
  })
  const without = withoutChanges(run)
  // Where nothing can come to compare, its place is given to the rest.
  const comparable = without === null || (run.projectId !== null && !ended)
  const beside = wide && layout.changesOpen && comparable
  const shown: RunTab = tab === 'changes' && wide ? 'conversation' : tab
  const totals = diffTotals(diff.value?.files ?? [])
  const changes = (onClose?: () => void): ReactNode => (
    <ChangesPanel
      diff={diff}
      without={without}
      ended={ended}
      onReload={actions.reloadDiff}
      onClose={onClose}
      split={layout.splitDiff}
      onSplit={(splitDiff) => onLayout({ splitDiff })}
    />
  )
  const tabs = [
    { value: 'conversation' as const, label: run.steps.some((step) => step.op === 'agent') ? 'Conversation' : 'Overview' },
    { value: 'log' as const, label: 'Log' },
    { value: 'steps' as const, label: 'Steps', ...(run.steps.length > 1 ? { count: run.steps.length } : {}) },
    ...(wide ? [] : [{ value: 'changes' as const, label: 'Changes', ...(totals.files > 0 ? { count: totals.files } : {}) }]),
  ]
  const left = (
    <Tabs
      className="run-tabs"
      label="What of the run is shown"
      tabs={tabs}
      value={shown}
      onChange={show}
      trailing={
        wide && !layout.changesOpen && comparable ? (
          <Button size="s" className="run-changes" icon={<FileDiff />} onClick={() => onLayout({ changesOpen: true })}>
            {totals.files > 0 ? plural(totals.files, 'file') : 'Changes'}
            {totals.additions > 0 && <span className="run-plus">+{totals.additions}</span>}
            {totals.deletions > 0 && <span className="run-minus">−{totals.deletions}</span>}
          </Button>
        ) : undefined
      }
    >
      <TabPanel value="conversation" className="run-panel">
        <Talk props={props} openLog={() => show('log')} />
      </TabPanel>
      <TabPanel value="log" className="run-panel">
        <LogPanel log={feed.log} version={feed.logVersion} live={!ended} onDownload={actions.downloadLog} />
      </TabPanel>
      <TabPanel value="steps" className="run-panel">
        <StepsPanel run={run} attempts={props.attempts} onRetryLoading={actions.reloadAttempts} />
      </TabPanel>
      {!wide && (
        <TabPanel value="changes" className="run-panel">
          {changes()}
        </TabPanel>
      )}
    </Tabs>
  )
  return (
    <div className="run-page" ref={box}>
      <RunHead
        run={run}
        projectName={props.projectName}
        base={diff.value?.base ?? null}
        place={props.place}
        usage={feed.conversation.usage}
        busy={props.busy}
        onCancel={actions.cancel}
        onKill={actions.kill}
        onRetry={actions.retry}
        onDismiss={actions.dismiss}
        onOpenLog={() => show('log')}
        onCopyId={actions.copyId}
      />
      <SplitPane
        left={left}
        right={beside ? changes(() => onLayout({ changesOpen: false })) : null}
        initial={layout.share}
        usual={0.52}
        minimum={360}
        label="Width of the conversation"
        onPlaced={(share) => onLayout({ share })}
      />
    </div>
  )
}
