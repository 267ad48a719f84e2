import type { Lane, LaneName, RunEvent } from '../../../shared/models/index.ts'
import type { StoreChange } from '../../runs/store-port.ts'
import type { Connection } from './connection.ts'
import { readLane } from './lanes.ts'
import { type RunRecord, summarize } from './run-record.ts'

/**
 * One write call inside its transaction: the connection, and what listeners must hear about once it is committed.
 *
 * What was noted is made into summaries at the end of the call, so a later call of the same transaction does not show through.
 */
export class WriteContext {
  readonly db: Connection
  readonly #runs = new Map<string, RunRecord>()
  readonly #lanes = new Set<LaneName>()
  readonly #events = new Map<string, RunEvent[]>()

  constructor(db: Connection) {
    this.db = db
  }

  noteRun(record: RunRecord): void {
    this.#runs.set(record.id, record)
  }

  /** The lane's row or its counts changed. */
  noteLane(name: LaneName): void {
    this.#lanes.add(name)
  }

  noteEvents(runId: string, events: readonly RunEvent[]): void {
    const known = this.#events.get(runId)
    if (known) known.push(...events)
    else this.#events.set(runId, [...events])
  }

  /** Everything noted, lanes read as they are at the end of the call; null when nothing changed. */
  takeChange(): StoreChange | null {
    if (this.#runs.size + this.#lanes.size + this.#events.size === 0) return null
    const lanes: Lane[] = [...this.#lanes].sort().map((name) => readLane(this.db, name))
    return {
      runs: [...this.#runs.values()].map((record) => summarize(this.db, record)),
      lanes,
      events: [...this.#events].map(([runId, events]) => ({ runId, events })),
    }
  }
}
