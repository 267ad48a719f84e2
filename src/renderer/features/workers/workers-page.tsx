import { RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { HostStatus } from '../../../shared/models/index.ts'
import { Button, Duration, RelativeTime, Skeleton, StatusDot, type Tone } from '../../components/index.ts'
import { formatCount, plural } from '../../format/index.ts'
import { openRunOp, useHost, useLive } from '../../stores/index.ts'
import { SupervisedSheet } from './supervised-sheet.tsx'
import './workers-page.css'

/** What executes the runs, and how it is doing. */
export function WorkersPage() {
  const host = useHost()
  return (
    <div className="page">
      <div className="page-head">
        <h1>Workers</h1>
      </div>
      {host ? (
        <div className="page-scroll workers">
          <SupervisedSheet />
          <HostSheet host={host} />
          <OpenCodeSheet host={host} />
          <StoreSheet host={host} />
          <LanesSheet />
        </div>
      ) : (
        <div className="page-scroll">
          <Skeleton rows={3} height={120} label="Loading the workers" />
        </div>
      )}
    </div>
  )
}

const HOST_TONE: Record<HostStatus['state'], Tone> = { ready: 'ok', degraded: 'need', stopping: 'idle' }

const HostSheet = ({ host }: { host: HostStatus }) => (
  <Sheet title="This host" tone={HOST_TONE[host.state]} state={host.state}>
    <Fact name="Kind">{host.host}</Fact>
    <Fact name="Version">{host.version}</Fact>
    {host.problem && (
      <Fact name="Problem">
        <span className="worker-error">{host.problem}</span>
      </Fact>
    )}
    <Fact name="Up for">
      <Duration from={host.startedAt} />
    </Fact>
    <Fact name="Instance" mono>
      {host.instanceId}
    </Fact>
    <Fact name="Data folder" mono>
      {host.dataDir}
    </Fact>
    {host.interrupted.length > 0 && (
      <Fact name="Rescued after the last stop">
        <ul className="interrupted">
          {host.interrupted.map((id) => (
            <li key={id}>
              <Link href={`/runs/${id}`}>
                <RunTitle id={id} />
              </Link>
            </li>
          ))}
        </ul>
      </Fact>
    )}
  </Sheet>
)

function RunTitle({ id }: { id: string }) {
  return useLive((s) => s.runs.get(id)?.title ?? id)
}

const OPENCODE: Record<HostStatus['opencode']['state'], { tone: Tone; text: string }> = {
  stopped: { tone: 'idle', text: 'not started' },
  starting: { tone: 'run', text: 'starting' },
  ready: { tone: 'ok', text: 'ready' },
  failed: { tone: 'fail', text: 'failed' },
}

const OpenCodeSheet = ({ host: { opencode } }: { host: HostStatus }) => (
  <Sheet
    title="OpenCode server"
    tone={OPENCODE[opencode.state].tone}
    state={OPENCODE[opencode.state].text}
    action={
      <Button size="s" icon={<RotateCw />} disabled={opencode.state === 'stopped'} onClick={() => openRunOp({ op: 'opencode.restart' })}>
        Restart OpenCode…
      </Button>
    }
  >
    {opencode.state === 'stopped' && <Fact name="Starts">with the first agent</Fact>}
    {opencode.version && <Fact name="Version">{opencode.version}</Fact>}
    {opencode.pid !== null && <Fact name="Process">{opencode.pid}</Fact>}
    {opencode.error && (
      <Fact name="Error">
        <span className="worker-error">{opencode.error}</span>
      </Fact>
    )}
  </Sheet>
)

/** Those of the store's workers: one thread writes, one reads. */
const THREADS = ['store', 'store-reader']

function StoreSheet({ host }: { host: HostStatus }) {
  const threads = useLive((s) => THREADS.map((id) => s.workers.get(id)?.state).find((state) => state !== undefined && state !== 'running'))
  // A host that is degraded while all its critical workers run has trouble with the store itself: a full disk, for example.
  const others = useLive((s) => [...s.workers.values()].some((worker) => worker.critical && worker.state !== 'running'))
  const [tone, state] =
    threads !== undefined
      ? (['fail', 'not running'] as const)
      : host.state === 'degraded' && !others
        ? (['need', 'degraded'] as const)
        : (['ok', 'ready'] as const)
  return (
    <Sheet title="Store" tone={tone} state={state}>
      <Fact name="Kind">{host.store}</Fact>
    </Sheet>
  )
}

/** How deep the queue of each lane is. */
function LanesSheet() {
  const lanes = useLive((s) => s.lanes)
  return (
    <section className="sheet worker wide" aria-label="Queue">
      <h2>Queue</h2>
      <table className="num">
        <thead>
          <tr>
            <th scope="col">Lane</th>
            <th scope="col">Running</th>
            <th scope="col">Limit</th>
            <th scope="col">Queued</th>
            <th scope="col">Oldest queued</th>
          </tr>
        </thead>
        <tbody>
          {[...lanes.values()].map((lane) => (
            <tr key={lane.name}>
              <th scope="row">
                {lane.name} {lane.paused && <span className="faint">paused</span>}
              </th>
              <td>{lane.running}</td>
              <td>{lane.limit}</td>
              <td>{formatCount(lane.queued)}</td>
              <td>{lane.oldestQueuedAt === null ? '' : <RelativeTime at={lane.oldestQueuedAt} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="faint">
        {plural(
          [...lanes.values()].reduce((sum, lane) => sum + lane.queued, 0),
          'run',
        )}{' '}
        queued in all lanes
      </p>
    </section>
  )
}

const Sheet = ({
  title,
  tone,
  state,
  action,
  children,
}: {
  title: string
  tone: Tone
  state: string
  action?: ReactNode
  children: ReactNode
}) => (
  <section className="sheet worker" aria-label={title}>
    <h2>
      {title}
      <span className="worker-state">
        <StatusDot tone={tone} />
        {state}
      </span>
    </h2>
    <dl>{children}</dl>
    {action && <div className="worker-action">{action}</div>}
  </section>
)

const Fact = ({ name, mono, children }: { name: string; mono?: boolean; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd className={mono ? 'mono' : undefined}>{children}</dd>
  </div>
)
