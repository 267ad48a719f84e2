import { SearchX } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { type InboxItem, isEnded } from '../../../shared/models/index.ts'
import { Button, EmptyState, ErrorState, Skeleton } from '../../components/index.ts'
import {
  cancelRun,
  dismissRun,
  getClient,
  killRun,
  newKey,
  perform,
  promptRun,
  replyPermission,
  replyQuestion,
  retryRun,
  toast,
  useLive,
  usePending,
  waitLonger,
} from '../../stores/index.ts'
import type { SentPrompt } from './conversation/rows.ts'
import { downloadLog, loadToolOutput } from './data/download-log.ts'
import { useLayout } from './data/layout.ts'
import { useLoaded, useReloadOnReturn, useSettled } from './data/loadable.ts'
import { useQueuePlace, useRun } from './data/use-run.ts'
import { useRunFeed } from './feed/use-run-feed.ts'
import './run.css'
import { type RunActions, RunView } from './run-view.tsx'

const NO_REQUESTS: readonly InboxItem[] = []

/** What someone was about to say, by run: kept while the page is open, so that looking elsewhere loses nothing. */
const drafts = new Map<string, string>()

function useInbox(runId: string): readonly InboxItem[] {
  const inbox = useLive((state) => state.inbox)
  return useMemo(() => {
    const own = [...inbox.values()].filter((item) => item.runId === runId).sort((a, b) => a.createdAt - b.createdAt)
    return own.length === 0 ? NO_REQUESTS : own
  }, [inbox, runId])
}

/** One run: what it says and does, what it changed, and what can be done with it. */
export function RunPage({ runId }: { runId: string }) {
  const [, navigate] = useLocation()
  const loaded = useRun(runId)
  const feed = useRunFeed(runId)
  const run = loaded.value
  const place = useQueuePlace(run)
  const inbox = useInbox(runId)
  const projectName = useLive((state) => (run?.projectId ? (state.projects.get(run.projectId)?.name ?? null) : null))
  const [layout, setLayout] = useLayout()
  const [sent, setSent] = useState<readonly SentPrompt[]>([])
  const [draft, setDraft] = useState(() => drafts.get(runId) ?? '')
  const keepDraft = useCallback(
    (text: string) => {
      if (text === '') drafts.delete(runId)
      else drafts.set(runId, text)
      setDraft(text)
    },
    [runId],
  )

  const hasWorktree = run !== null && run.worktreeId !== null
  const ended = run !== null && isEnded(run.status)
  const diff = useLoaded(`diff ${runId} ${run?.worktreeId}`, (signal) => getClient().runs.diff({ id: runId }, { signal }), hasWorktree)
  useSettled(feed.filesVersion, diff.reload, { quietMs: 1_200, mostMs: 6_000 })
  useSettled(ended, diff.reload, { quietMs: 400, mostMs: 400 })
  const attempts = useLoaded(
    `attempts ${runId} ${run?.attempt} ${ended}`,
    async (signal) => (await getClient().runs.attempts({ id: runId }, { signal })).attempts,
    run !== null,
  )
  useReloadOnReturn(loaded, diff, attempts)

  const cancelling = usePending(`runs.cancel:${runId}`)
  const killing = usePending(`runs.kill:${runId}`)
  const waiting = usePending(`runs.wait:${runId}`)
  const retrying = usePending(`runs.retry:${runId}`)
  const dismissing = usePending(`runs.dismiss:${runId}`)
  const [answering, setAnswering] = useState<ReadonlySet<string>>(new Set())
  const busy = useMemo(() => {
    const named = Object.entries({ cancel: cancelling, kill: killing, wait: waiting, retry: retrying, dismiss: dismissing })
    return new Set([...answering, ...named.filter(([, under]) => under).map(([name]) => name)])
  }, [answering, cancelling, killing, waiting, retrying, dismissing])

  const { reload } = loaded
  const { retry: reloadFeed } = feed
  const { reload: reloadDiff } = diff
  const { reload: reloadAttempts } = attempts
  const lastSeq = feed.conversation.lastSeq
  const actions = useMemo((): RunActions => {
    // What is answered stays busy until it leaves the inbox: a second press would find nothing to answer.
    const answer = async (item: InboxItem, act: Promise<unknown>) => {
      setAnswering((all) => new Set(all).add(item.id))
      if ((await act) !== null) return
      setAnswering((all) => new Set([...all].filter((id) => id !== item.id)))
    }
    const then = async (act: Promise<unknown>) => {
      if ((await act) !== null) reload()
    }
    return {
      cancel: () => void then(cancelRun(runId)),
      kill: (signal) => void then(killRun(runId, signal)),
      waitLonger: (ms) => void then(waitLonger(runId, ms)),
      retry: () => void then(retryRun(runId)),
      dismiss: () => void then(dismissRun(runId)),
      replyPermission: (item, reply, message) => void answer(item, replyPermission(item, reply, message)),
      replyQuestion: (item, answers) => void answer(item, replyQuestion(item, answers)),
      async send(text) {
        const prompt: SentPrompt = { key: `sent ${newKey()}`, text, afterSeq: lastSeq }
        setSent((all) => [...all, prompt].slice(-20))
        const taken = (await promptRun(runId, text)) !== null
        if (taken) reload()
        else setSent((all) => all.filter((other) => other !== prompt))
        return taken
      },
      copyId() {
        navigator.clipboard.writeText(runId).then(
          () => toast({ tone: 'ok', title: 'Copied', text: runId }),
          () => toast({ tone: 'fail', title: 'Could not copy', text: runId }),
        )
      },
      downloadLog: async () => void (await perform(`log ${runId}`, 'Could not save the log', () => downloadLog(runId))),
      loadOutput: (seq) => loadToolOutput(runId, seq),
      reloadDiff,
      reloadAttempts,
      reloadFeed,
    }
  }, [runId, lastSeq, reload, reloadDiff, reloadAttempts, reloadFeed])

  if (feed.line === 'missing' || (run === null && loaded.code === 'NOT_FOUND'))
    return (
      <EmptyState icon={<SearchX />} title="There is no such run" actions={<Button onClick={() => navigate('/runs')}>All runs</Button>}>
        It may have been removed, or the address is not quite right.
      </EmptyState>
    )
  if (run === null)
    return loaded.state === 'failed' ? (
      <ErrorState title="The run could not be read" message={loaded.error ?? ''} onRetry={reload} />
    ) : (
      <div className="run-loading">
        <Skeleton rows={6} height={36} label="Loading the run" />
      </div>
    )
  return (
    <RunView
      run={run}
      projectName={projectName}
      place={place}
      feed={feed}
      inbox={inbox}
      attempts={attempts}
      diff={diff}
      busy={busy}
      sent={sent}
      draft={draft}
      onDraft={keepDraft}
      layout={layout}
      onLayout={setLayout}
      actions={actions}
    />
  )
}
