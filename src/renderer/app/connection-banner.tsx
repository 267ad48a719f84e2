import { Link } from 'wouter'
import type { WorkerStatus } from '../../shared/models/index.ts'
import { Banner, Button, Countdown, useElapsed } from '../components/index.ts'
import { formatClock } from '../format/index.ts'
import { resetWorker, useHost, useLive, usePending } from '../stores/index.ts'
import { retryConnection } from './connection.ts'

/** Says that the line to the core is cut, or that the core is not well. What was on screen stays, with the time it is from. */
export function ConnectionBanner() {
  const connection = useLive((s) => s.connection)
  const ready = useLive((s) => s.ready)
  const host = useHost()
  const critical = useLive((s) => findCritical(s.workers))
  const opencode = useLive((s) => s.workers.get('opencode-server'))
  const slow = useElapsed(connection.state === 'connecting' ? connection.since : null, 4_000)
  const tryNow = (
    <Button size="s" onClick={retryConnection}>
      Try now
    </Button>
  )
  if (connection.state === 'denied')
    return (
      <Banner tone="fail" action={tryNow}>
        <b>This page has no access.</b> Open the link that “controlroom serve” printed.
      </Banner>
    )
  if (connection.state === 'cut' || slow)
    return (
      <Banner tone="need" action={tryNow}>
        <b>{ready ? 'Connection lost.' : 'No connection yet.'}</b>{' '}
        {ready ? `What you see is from ${formatClock(connection.since)}; trying to reconnect.` : 'Trying again.'} {connection.error}
      </Banner>
    )
  if (host?.state === 'stopping') return <Banner tone="need">Shutting down: no new runs are started.</Banner>
  if (host?.state === 'degraded')
    return (
      <Banner tone={critical?.state === 'open' ? 'fail' : 'need'} action={critical && <Reset worker={critical} />}>
        <b>{critical?.state === 'open' ? 'No runs are started.' : 'Running with limits.'}</b>{' '}
        {host.problem ?? 'Something underneath keeps failing.'} <NextTry worker={critical} /> · <Link href="/workers">See Workers</Link>
      </Banner>
    )
  if (host?.opencode.state === 'failed')
    return (
      <Banner tone="fail" action={opencode && <Reset worker={opencode} />}>
        <b>OpenCode does not run.</b> {host.opencode.error ?? 'Agents cannot start until it does.'} <NextTry worker={opencode} /> ·{' '}
        <Link href="/workers">See Workers</Link>
      </Banner>
    )
  return null
}

/** The critical worker that keeps the host from being well; one whose breaker is open comes first. */
function findCritical(workers: ReadonlyMap<string, WorkerStatus>): WorkerStatus | undefined {
  const failing = [...workers.values()].filter((worker) => worker.critical && (worker.state === 'open' || worker.state === 'half_open'))
  return failing.find((worker) => worker.state === 'open') ?? failing[0]
}

const NextTry = ({ worker }: { worker: WorkerStatus | undefined }) =>
  worker?.nextTryAt ? (
    <>
      · next try <Countdown at={worker.nextTryAt} />
    </>
  ) : null

function Reset({ worker: { name } }: { worker: WorkerStatus }) {
  const pending = usePending(`workers.reset:${name}`)
  return (
    <Button size="s" title={`Close the breaker of “${name}” and start it now`} disabled={pending} onClick={() => void resetWorker(name)}>
      Reset
    </Button>
  )
}
