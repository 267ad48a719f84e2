import { useMemo } from 'react'
import type { WorkerStatus } from '../../../shared/models/index.ts'
import { Button, Countdown, Duration, StatusDot, Tag, type Tone, VirtualList } from '../../components/index.ts'
import { plural } from '../../format/index.ts'
import { openRunOp, resetWorker, useLive, usePending } from '../../stores/index.ts'
import './supervised-sheet.css'

const STATE: Record<WorkerStatus['state'], { tone: Tone; words: string }> = {
  starting: { tone: 'run', words: 'starting' },
  running: { tone: 'ok', words: 'running' },
  backing_off: { tone: 'need', words: 'crashed, starts again' },
  open: { tone: 'fail', words: 'crashed too often, parked' },
  half_open: { tone: 'need', words: 'running on trial' },
  stopped: { tone: 'idle', words: 'stopped' },
  hung: { tone: 'fail', words: 'hung, given up' },
}

/** What the host keeps going: starts, watches and starts again. */
export function SupervisedSheet() {
  const workers = useLive((s) => s.workers)
  const ids = useMemo(() => [...workers.values()].filter(isKept).map((worker) => worker.id), [workers])
  return (
    <section className="sheet worker wide" aria-label="Supervised">
      <h2>
        Supervised
        <span className="worker-state num">{ids.length > 0 && plural(ids.length, 'worker')}</span>
      </h2>
      {ids.length === 0 ? (
        <p className="faint">
          Nothing is supervised yet: the store, the executor pool and the OpenCode server are listed here once the host is up.
        </p>
      ) : (
        <VirtualList
          className="supervised-list"
          label="Supervised workers"
          items={ids}
          getKey={(id) => id}
          estimateSize={44}
          renderItem={(id) => <Row id={id} />}
        />
      )}
    </section>
  )
}

/** What this host keeps going. It is one of the executors of runs itself, and that is no child of its own. */
const isKept = ({ kind, workerId }: WorkerStatus): boolean => kind === 'supervised' || workerId !== undefined

/** One worker. Subscribes to itself. */
function Row({ id }: { id: string }) {
  const worker = useLive((s) => s.workers.get(id))
  if (!worker) return null
  const { name, critical, state, restarts, abandoned, lastError, nextTryAt, startedAt, build, workerId } = worker
  return (
    <div className="supervised">
      <span className="supervised-name">
        <StatusDot tone={STATE[state].tone} />
        <b>{name}</b>
        {critical && (
          <Tag tone={state === 'open' ? 'fail' : 'idle'} title="No runs are started while it is parked">
            critical
          </Tag>
        )}
      </span>
      <span className={STATE[state].tone === 'fail' ? 'worker-error' : undefined}>
        {STATE[state].words}
        {nextTryAt !== null && (
          <span className="supervised-when faint">
            {' · next try '}
            <Countdown at={nextTryAt} />
          </span>
        )}
        {startedAt !== null && (
          <span className="faint">
            {' · for '}
            <Duration from={startedAt} />
          </span>
        )}
      </span>
      <span className="supervised-counts faint num">
        {plural(restarts, 'restart')}
        {build && `, ${build.version}`}
        {abandoned > 0 && <span title="Starts and stops that never ended; something of these may still run">, {abandoned} given up</span>}
      </span>
      <span className="supervised-error faint clamp-2" title={lastError ?? undefined}>
        {lastError && <>Last error: {lastError}</>}
      </span>
      <span className="supervised-action">
        {RESETTABLE.has(state) && <Reset name={name} />}
        {workerId !== undefined && (
          <Button
            size="s"
            variant="quiet"
            aria-label={`Switch ${name}`}
            onClick={() => openRunOp({ op: 'worker.switch', targets: [workerId] })}
          >
            Switch…
          </Button>
        )}
      </span>
    </div>
  )
}

const RESETTABLE: ReadonlySet<WorkerStatus['state']> = new Set(['open', 'half_open', 'backing_off', 'hung'])

function Reset({ name }: { name: string }) {
  const pending = usePending(`workers.reset:${name}`)
  return (
    <Button size="s" aria-label={`Reset ${name}`} disabled={pending} onClick={() => void resetWorker(name)}>
      Reset
    </Button>
  )
}
