import type { ReactNode } from 'react'
import { LOADING } from './data/loadable.ts'
import { lazily, Shown, Streaming } from './gallery-shown.tsx'
import {
  agentEvents,
  editPermission,
  emptyFeed,
  failedBy,
  failedEvents,
  failedRun,
  feedOf,
  hugeDiff,
  killed,
  LATE,
  LONG_TITLE,
  logEvents,
  longEvents,
  makeRun,
  makeStep,
  NOW,
  OVER,
  permissionItem,
  questionItem,
  ready,
  restart,
  shellRun,
  someAttempts,
  timeoutItem,
  waitingRun,
  waitingStep,
} from './samples/index.ts'

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
    'something else came back': (
      <Shown
        projectName={null}
        run={{ ...restart, ...failedBy('suspicious', 'desk is the process that it was before, with a start time of earlier.', restart) }}
        feed={feedOf(agentEvents().slice(0, 1))}
      />
    ),
    'its check failed': (
      <Shown
        run={failedBy(
          'post_check_failed',
          'The pull ended, but HEAD is 4be21a7c9f0d and origin/main is c07e55d1a2b3. main has 2 of its own that origin/main has not: push them, or reset the branch.',
          {
            title: 'Pull · web',
            op: 'git.pull',
            worktreeId: null,
            sessionId: null,
            model: null,
            cost: 0,
            steps: [makeStep({ op: 'git.pull' })],
          },
        )}
        feed={feedOf(agentEvents().slice(0, 1))}
      />
    ),
    'its worker was lost': (
      <Shown run={failedBy('lease_lost', 'No heartbeat came for 60 s, three times.', { lost: 3 })} feed={feedOf(agentEvents())} />
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
