import { Banner, Button, useElapsed } from '../components/index.ts'
import { formatClock } from '../format/index.ts'
import { useHost, useLive } from '../stores/index.ts'
import { retryConnection } from './connection.ts'

/** Says that the line to the core is cut, or that the core is not well. What was on screen stays, with the time it is from. */
export function ConnectionBanner() {
  const connection = useLive((s) => s.connection)
  const ready = useLive((s) => s.ready)
  const host = useHost()
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
  if (host?.opencode.state === 'failed')
    return (
      <Banner tone="fail">
        <b>OpenCode does not run.</b> {host.opencode.error ?? 'Agents cannot start until it does.'}
      </Banner>
    )
  if (host?.state === 'degraded') return <Banner tone="need">Running with limits: something underneath keeps failing. See Workers.</Banner>
  return null
}
