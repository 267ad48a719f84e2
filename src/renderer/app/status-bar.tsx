import { Link } from 'wouter'
import { StatusDot } from '../components/index.ts'
import { useHost, useLive } from '../stores/index.ts'
import './status-bar.css'

const OPENCODE_WORD = { stopped: 'not started', starting: 'starting', ready: 'ready', failed: 'failed' } as const
const OPENCODE_TONE = { stopped: 'idle', starting: 'run', ready: 'ok', failed: 'fail' } as const

const LINE = {
  connecting: { tone: 'idle', word: 'connecting' },
  live: { tone: 'ok', word: 'connected' },
  cut: { tone: 'fail', word: 'connection lost' },
  denied: { tone: 'fail', word: 'no access' },
} as const

/** The line at the bottom: what runs underneath, and whether this page still hears it. */
export function StatusBar() {
  const host = useHost()
  const connection = useLive((s) => s.connection.state)
  return (
    <footer className="status-bar">
      {host && (
        <span className={connection === 'live' ? 'host' : 'host stale'}>
          <span title={host.opencode.error ?? undefined}>
            <StatusDot tone={OPENCODE_TONE[host.opencode.state]} />
            OpenCode {host.opencode.version} {OPENCODE_WORD[host.opencode.state]}
          </span>
          <span>{host.store}</span>
          {host.state === 'degraded' && (
            <Link href="/workers" title={host.problem ?? undefined}>
              <StatusDot tone="need" />
              degraded
            </Link>
          )}
          <span className="truncate" title={host.dataDir}>
            {host.dataDir}
          </span>
        </span>
      )}
      <span className="end">
        {host && (
          <span>
            {host.host} {host.version}
          </span>
        )}
        <span>
          <StatusDot tone={LINE[connection].tone} />
          {LINE[connection].word}
        </span>
      </span>
    </footer>
  )
}
