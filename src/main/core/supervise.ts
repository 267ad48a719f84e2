import { AppError, type WorkerStatus } from '../../shared/models/index.ts'
import type { Clock, Logger } from '../platform/index.ts'
import {
  createSupervisor,
  type WorkerStatus as Supervised,
  type Supervisor,
  type Worker,
  type WorkerOptions,
} from '../supervision/index.ts'
import type { Admission } from '../workers/index.ts'

/**
 * How the workers of the host are supervised, by name; whoever is not listed has the defaults. The OpenCode server brings its own.
 *
 * Without one of the critical ones no run could be kept: nothing is claimed while the breaker of one is open.
 */
const OPTIONS: Readonly<Record<string, Partial<WorkerOptions>>> = {
  Store: { critical: true },
  'Store reader': { critical: true },
  Heartbeats: { critical: true },
  'Executor pool': { critical: true },
}

/** What a worker says of itself. */
export type RowFacts = Pick<WorkerStatus, 'workerId' | 'instanceId' | 'build'>

/** The one supervisor of the host, and what it means for the rest. */
export interface Supervision {
  readonly supervisor: Supervisor
  /** Takes a worker under supervision, with the options of its name; it starts at once when the supervisor has. `facts` is what its row shows beside. */
  keep(worker: Worker, facts?: () => RowFacts): void
  /** The same for what works on runs: `stopWork` ends these, before everything else. */
  keepWork(worker: Worker): void
  /** Stops what works on runs, the last added first. */
  stopWork(): Promise<void>
  rows(): WorkerStatus[]
  /** @param name  a worker's name or id. @throws AppError NOT_FOUND */
  reset(name: string): WorkerStatus
  /** Why the host is degraded, for a person; null when it is not. */
  problem(): string | null
  /** Nothing is claimed while a critical breaker is open, and one run at a time while it is being tried whether it may close. */
  admission(): Admission
}

export function createSupervision(deps: { clock: Clock; logger: Logger }): Supervision {
  const supervisor = createSupervisor(deps)
  const work: string[] = []
  const facts = new Map<string, () => RowFacts>()
  const keep: Supervision['keep'] = (worker, own) => {
    if (own) facts.set(worker.name, own)
    supervisor.add(worker, OPTIONS[worker.name])
  }
  const toRow = (worker: Supervised): WorkerStatus => ({ ...rowOf(worker), ...facts.get(worker.name)?.() })
  const failing = (): Supervised[] => supervisor.list().filter((worker) => worker.critical && worker.breaker !== 'closed')
  return {
    supervisor,
    keep,
    keepWork(worker) {
      keep(worker)
      work.push(worker.name)
    },
    async stopWork() {
      for (const name of [...work].reverse()) await supervisor.stopOne(name)
    },
    rows: () => supervisor.list().map(toRow),
    reset(name) {
      const known = supervisor.list().find((worker) => worker.name === name || idOf(worker.name) === name)
      if (!known) throw new AppError('NOT_FOUND', `name: there is no supervised worker “${name}”.`, { data: { field: 'name' } })
      supervisor.reset(known.name)
      return toRow(supervisor.status(known.name))
    },
    problem() {
      const [worst] = failing().sort((a, b) => Number(b.breaker === 'open') - Number(a.breaker === 'open'))
      if (!worst) return null
      const why = worst.lastError ? ` Its last error: ${worst.lastError}` : ''
      return worst.breaker === 'open'
        ? `${worst.name} crashed too often. Reset it to try again now.${why}`
        : `${worst.name} is on trial after too many crashes: one run at a time is started until it has proved stable.${why}`
    },
    admission() {
      const breakers = failing().map((worker) => worker.breaker)
      return breakers.includes('open') ? 'none' : breakers.length > 0 ? 'one' : 'all'
    },
  }
}

const idOf = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

/** A supervised worker as the screens know it. */
function rowOf(worker: Supervised): WorkerStatus {
  const { name, critical, restarts, abandoned, lastError, nextTryAt, startedAt } = worker
  return {
    id: idOf(name),
    name,
    kind: 'supervised',
    critical,
    state: stateOf(worker),
    restarts,
    abandoned,
    lastError,
    nextTryAt,
    startedAt,
  }
}

function stateOf({ state, breaker, hung }: Supervised): WorkerStatus['state'] {
  switch (state) {
    case 'open':
      return 'open'
    case 'waiting':
      return hung ? 'hung' : 'backing_off'
    case 'starting':
    case 'running':
      return breaker === 'half-open' ? 'half_open' : state
    default:
      return hung ? 'hung' : 'stopped'
  }
}
