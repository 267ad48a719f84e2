import { type ReactNode, useEffect, useMemo, useState } from 'react'
import type { Run } from '../../../shared/models/index.ts'
import { LOADING } from './data/loadable.ts'
import type { FeedView } from './feed/run-feed.ts'
import { createRunFeed } from './feed/run-feed.ts'
import {
  agentEvents,
  editPermission,
  emptyFeed,
  failedEvents,
  feedOf,
  hugeDiff,
  logEvents,
  longEvents,
  makeRun,
  makeStep,
  NOW,
  permissionItem,
  questionItem,
  ready,
  someAttempts,
  someReconnect,
  timeoutItem,
  usualDiff,
  waitingStep,
} from './gallery-data.ts'
import { type RunActions, type RunLayout, RunView, type RunViewProps } from './run-view.tsx'

const nothing = () => {}
const ACTIONS: RunActions = {
  cancel: nothing,
  kill: nothing,
  waitLonger: nothing,
  retry: nothing,
  dismiss: nothing,
  copyId: nothing,
  replyPermission: nothing,
  replyQuestion: nothing,
  send: async () => true,
  downloadLog: async () => {},
  loadOutput: async () => 'all of it',
  reloadDiff: nothing,
  reloadAttempts: nothing,
  reloadFeed: nothing,
}

/** The page with what a state leaves out filled in; keeps its own draft and layout. */
function Shown(props: Partial<RunViewProps> & { keep?: Partial<RunLayout> }) {
  const [draft, setDraft] = useState(props.draft ?? '')
  const [layout, setLayout] = useState<RunLayout>({ share: 0.52, changesOpen: true, splitDiff: false, ...props.keep })
  return (
    <RunView
      run={makeRun()}
      projectName="web"
      place={null}
      feed={emptyFeed()}
      inbox={[]}
      attempts={ready([])}
      diff={ready(usualDiff())}
      busy={new Set()}
      sent={[]}
      actions={ACTIONS}
      {...props}
      draft={draft}
      onDraft={setDraft}
      layout={layout}
      onLayout={(change) => setLayout((old) => ({ ...old, ...change }))}
    />
  )
}

const lazily = (make: () => ReactNode): ReactNode => <Later make={make} />
function Later({ make }: { make: () => ReactNode }) {
  return useMemo(make, [make])
}

const SENTENCE = 'The store keeps one row for each session, and the cookie carries nothing but its id. '

/** A text that grows by a few words at each frame, as fast as a fast model writes. */
function Streaming() {
  const feed = useMemo(() => {
    const made = createRunFeed((flush) => {
      const frame = requestAnimationFrame(flush)
      return () => cancelAnimationFrame(frame)
    })
    made.receive({ type: 'snapshot', events: agentEvents(), parts: [], more: false })
    made.receive({ type: 'part', part: { partId: 'grow', messageId: 'm', type: 'text', text: '', startedAt: NOW } })
    return made
  }, [])
  const [view, setView] = useState<FeedView>(() => feed.view())
  useEffect(() => {
    const stop = feed.subscribe(() => setView(feed.view()))
    let n = 0
    const timer = setInterval(() => {
      n += 1
      const text =
        n % 60 === 0
          ? '\n\n```ts\nconst id = randomBytes(32)\n```\n\n'
          : n % 25 === 0
            ? '\n\n- one more point\n- and another\n\n'
            : SENTENCE.slice((n * 7) % 60, ((n * 7) % 60) + 12)
      feed.receive({ type: 'delta', partId: 'grow', text })
    }, 12)
    return () => {
      clearInterval(timer)
      stop()
    }
  }, [feed])
  return <Shown feed={view} />
}

const failedRun = makeRun({
  title: 'Nightly link check',
  status: 'failed',
  outcome: 'error',
  attempt: 3,
  maxAttempts: 3,
  progress: 0.4,
  endedAt: NOW - 60_000,
  error: { code: 'PROVIDER_ERROR', message: 'anthropic: 529 Overloaded. The provider was asked five times within 71 seconds.' },
  steps: [
    makeStep({
      status: 'failed',
      outcome: 'error',
      endedAt: NOW - 60_000,
      error: { code: 'PROVIDER_ERROR', message: 'anthropic: 529 Overloaded' },
    }),
  ],
})
const shellRun = makeRun({
  title: 'Test matrix, node 24',
  op: 'shell',
  lane: 'B',
  model: null,
  sessionId: null,
  cost: 0,
  message: '✓ tests/suite-9999.test.ts (10 tests)',
  steps: [
    makeStep({
      op: 'shell',
      name: 'install',
      params: { command: 'npm ci' },
      status: 'succeeded',
      outcome: 'success',
      endedAt: NOW - 300_000,
    }),
    makeStep({
      index: 1,
      op: 'shell',
      name: 'test',
      params: { command: 'npm test -- --reporter=verbose' },
      timeoutStatus: 'warning',
      timeouts: { hardMs: 900_000 },
    }),
    makeStep({ ...waitingStep, index: 2, op: 'git.commit', name: 'commit', params: {}, continueOnError: true }),
  ],
})
const waitingRun = makeRun({ attention: 'permission', pausedAt: NOW - 40_000 })
const LATE = { timeoutStatus: 'warning', warningAt: NOW - 30_000, timeoutAt: NOW + 170_000, startedAt: NOW - 730_000 } as const
const OVER = { timeoutStatus: 'timed_out', timeoutAt: NOW - 90_000, startedAt: NOW - 990_000 } as const
const restart = makeRun({
  title: 'Restart OpenCode',
  op: 'opencode.restart',
  projectId: null,
  worktreeId: null,
  sessionId: null,
  model: null,
  cost: 0,
  progress: -1,
  message: '',
  reconnect: someReconnect,
  steps: [makeStep({ op: 'opencode.restart', name: 'opencode.restart', params: {} })],
})
const killed = (fields: Partial<Run>) =>
  makeRun({ status: 'cancelled', outcome: 'killed', endedAt: NOW - 20_000, message: 'Killed', ...fields })
const LONG_TITLE =
  'Replace the hand-written CSV importer by a streaming one that copes with quoted line breaks, mixed encodings and files larger than memory'

/** States of the run page, for the gallery. */
export const gallery: { name: string; states: Record<string, ReactNode> } = {
  name: 'Run',
  states: {
    'waits for a permission': <Shown run={waitingRun} feed={feedOf(agentEvents())} inbox={[permissionItem]} />,
    'permission to edit, and a question': (
      <Shown
        run={makeRun({ attention: 'question', title: LONG_TITLE })}
        feed={feedOf(agentEvents())}
        inbox={[editPermission, questionItem]}
      />
    ),
    'text grows': <Streaming />,
    'tool and thought under way': (
      <Shown
        feed={feedOf(agentEvents(), [
          { partId: 'l1', type: 'reasoning', text: 'The last caller is logout.\nIt only needs the id of the session to delete it' },
          { partId: 'l2', type: 'tool', text: 'Run everything', tool: 'bash', input: { command: 'npm test' } },
        ])}
        sent={[{ key: 's1', text: 'Also delete expired sessions once a day, please.', afterSeq: 99 }]}
      />
    ),
    failed: (
      <Shown
        run={failedRun}
        feed={feedOf(failedEvents())}
        diff={ready({ base: '4be21a7', head: null, files: [] })}
        attempts={ready(someAttempts)}
      />
    ),
    'provider is tried again': (
      <Shown
        feed={feedOf([
          ...agentEvents(),
          {
            ...agentEvents()[0]!,
            seq: 99,
            kind: 'provider.retry',
            message: '',
            data: { attempt: 3, message: 'anthropic: 529 Overloaded', nextAt: NOW + 42_000 },
            attemptId: 'att1',
            step: 0,
          },
        ])}
      />
    ),
    done: (
      <Shown run={makeRun({ status: 'succeeded', outcome: 'success', progress: 1, endedAt: NOW - 20_000 })} feed={feedOf(agentEvents())} />
    ),
    cancelled: (
      <Shown
        run={makeRun({ status: 'cancelled', outcome: 'cancelled', endedAt: NOW - 20_000, message: 'Cancelled: not needed any more' })}
        feed={feedOf(agentEvents())}
      />
    ),
    late: <Shown run={makeRun({ ...LATE, steps: [makeStep(LATE)] })} feed={feedOf(agentEvents())} />,
    'out of time': <Shown run={makeRun({ ...OVER, attention: 'timeout' })} feed={feedOf(agentEvents())} inbox={[timeoutItem]} />,
    'being stopped': <Shown run={makeRun({ status: 'cancelling', cancelMode: 'cancel' })} feed={feedOf(agentEvents())} />,
    'being killed': (
      <Shown
        run={makeRun({ ...OVER, status: 'cancelling', cancelMode: 'kill', cancelSignal: 'SIGTERM', attention: 'timeout' })}
        feed={feedOf(agentEvents())}
        inbox={[timeoutItem]}
      />
    ),
    'cancelled, stopped by itself': (
      <Shown run={killed({ outcome: 'cancelled', endedHow: 'cooperative', message: 'Cancelled' })} feed={feedOf(agentEvents())} />
    ),
    'killed by SIGTERM': <Shown run={killed({ endedHow: 'term' })} feed={feedOf(agentEvents())} />,
    'killed by SIGKILL': <Shown run={killed({ endedHow: 'kill' })} feed={feedOf(agentEvents())} />,
    'given up': <Shown run={killed({ endedHow: 'fenced' })} feed={feedOf(agentEvents())} />,
    'waits for its target': (
      <Shown projectName={null} run={{ ...restart, status: 'awaiting_reconnect' }} feed={feedOf(agentEvents().slice(0, 1))} />
    ),
    'the old program came back': (
      <Shown
        projectName={null}
        run={{
          ...restart,
          status: 'failed',
          outcome: 'stale_binary',
          endedAt: NOW - 20_000,
          error: { code: 'STALE_BINARY', message: 'desk came back as 1.4.1, and 1.4.2 was expected.' },
        }}
        feed={feedOf(agentEvents().slice(0, 1))}
      />
    ),
    'a kill, kept': (
      <Shown
        run={makeRun({
          title: 'Kill · Move auth to sessions',
          op: 'kill',
          status: 'succeeded',
          outcome: 'success',
          endedAt: NOW - 420_000,
          target: '01k4x9w6y3t0b7c2d5e8f1g4h7',
          worktreeId: null,
          sessionId: null,
          model: null,
          cost: 0,
          message: 'Asked “Move auth to sessions” to end by SIGTERM',
          steps: [
            makeStep({
              op: 'kill',
              name: 'kill',
              params: { runId: '01k4x9w6y3t0b7c2d5e8f1g4h7', signal: 'SIGTERM' },
              status: 'succeeded',
              outcome: 'success',
              endedAt: NOW - 420_000,
            }),
          ],
        })}
        feed={feedOf(agentEvents().slice(0, 1))}
      />
    ),
    'steps and attempts': (
      <Shown
        run={{ ...shellRun, attempt: 3, maxAttempts: 3 }}
        feed={feedOf(logEvents(400))}
        attempts={ready(someAttempts)}
        initialTab="steps"
      />
    ),
    'shell run': <Shown run={shellRun} feed={feedOf(logEvents(400))} diff={ready({ base: '4be21a7', head: null, files: [] })} />,
    'log of 100,000 lines': lazily(() => <Shown run={shellRun} feed={feedOf(logEvents(100_000))} initialTab="log" />),
    'long conversation': lazily(() => <Shown feed={feedOf(longEvents(1_500))} />),
    'diff of 300 files': lazily(() => <Shown feed={feedOf(agentEvents())} diff={ready(hugeDiff())} />),
    'diff side by side': <Shown feed={feedOf(agentEvents())} keep={{ splitDiff: true, share: 0.3 }} />,
    'changes hidden': <Shown feed={feedOf(agentEvents())} keep={{ changesOpen: false }} />,
    queued: (
      <Shown
        run={makeRun({
          status: 'queued',
          startedAt: null,
          worktreeId: null,
          sessionId: null,
          attempt: 0,
          progress: -1,
          cost: 0,
          steps: [waitingStep],
        })}
        place={{ before: 3, lanePaused: false }}
        feed={feedOf(agentEvents().slice(0, 1))}
        diff={LOADING}
      />
    ),
    loading: <Shown feed={emptyFeed()} diff={LOADING} attempts={LOADING} />,
    'diff and conversation failed': (
      <Shown
        feed={{ ...emptyFeed(), line: 'failed', problem: 'The store cannot be reached. Look at the status bar, then try again.' }}
        diff={{ state: 'failed', value: null, error: 'git could not read the worktree: it was removed.', code: 'NOT_FOUND', at: 0 }}
      />
    ),
  },
}
