import type { LiveChange, LiveState } from '../../shared/models/index.ts'
import { createBatch } from '../stores/batch.ts'
import { applyMessages } from '../stores/index.ts'

/** Signs of life come this often from each run, in milliseconds. */
const HEARTBEAT_MS = 15_000
/** One batch of changes each 25 ms, as the core sends them; a run reports progress up to ten times a second. */
const BATCH_MS = 25

/** Lets the running runs work: progress and messages of all, and now and then one that ends and another that starts. */
export function playLive(state: LiveState): void {
  const rows = new Map(state.runs.map((run) => [run.id, run]))
  let running = state.runs.filter((run) => run.status === 'running').map((run) => run.id)
  const waiting = state.runs.filter((run) => run.status === 'queued').map((run) => run.id)
  const batch = createBatch<Parameters<typeof applyMessages>[0][number]>(applyMessages)
  let n = 1
  const beat = (last: number | null) => (last !== null && Date.now() - last < HEARTBEAT_MS ? last : Date.now())
  let turn = 0
  setInterval(() => {
    turn++
    const changes: LiveChange[] = []
    const set = (id: string, change: object) => {
      const run = { ...rows.get(id)!, ...change }
      rows.set(id, run)
      changes.push({ collection: 'runs', key: id, value: run })
    }
    running.forEach((id, index) => {
      const run = rows.get(id)!
      if ((index + turn) % 4 === 0)
        set(id, {
          progress: Math.min(0.99, Math.max(0, run.progress) + 0.001),
          message: `edit src/file-${turn}.ts`,
          heartbeatAt: beat(run.heartbeatAt),
        })
    })
    const next = turn % 8 === 0 ? waiting.pop() : undefined
    if (next) {
      const done = running[0]!
      set(done, { status: 'succeeded', outcome: 'success', attention: null, progress: 1, endedAt: Date.now() })
      set(next, { status: 'running', startedAt: Date.now(), attempt: 1, heartbeatAt: Date.now() })
      running = [...running.slice(1), next]
    }
    batch.add({ type: 'changes', revision: { instanceId: 'gallery', n: ++n }, changes })
  }, BATCH_MS)
}
