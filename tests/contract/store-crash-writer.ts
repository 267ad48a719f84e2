/**
 * Uses a store without end, to be killed at any moment: `node store-crash-writer.ts <file> <instance>`.
 *
 * Writes a line for each thing that was confirmed to it, at once and in order; what it has not written may or may not be stored.
 */
import { writeSync } from 'node:fs'
import type { NewRun } from '../../src/main/runs/store-port.ts'
import { openSqliteStore } from '../../src/main/store/sqlite/index.ts'

const [file, instanceId] = process.argv.slice(2) as [string, string]
const NOW = 1_800_000_000_000
const confirm = (what: string, id: string): void => {
  writeSync(1, `${what} ${id}\n`)
}
const aRun = (id: string): NewRun => ({
  id,
  title: id,
  op: 'shell',
  template: null,
  params: { text: 'x'.repeat(500) },
  steps: [{ op: 'shell', params: {} }],
  projectId: 'p1',
  provider: null,
  model: null,
  lane: 'A',
  priority: 0,
  runAt: NOW,
  maxAttempts: 1,
  maxLost: 100,
  idempotencyKey: null,
})

const store = await openSqliteStore({ file })
await store.updateLane('A', { limit: 1_000 })
const limits = { global: 1_000, project: 1_000, provider: 1_000, projects: {} }
const line = { at: NOW, kind: 'log', level: 'info', message: 'x'.repeat(200), data: null, step: 0 } as const

for (let n = 0; ; n++) {
  const ids = [0, 1, 2].map((k) => `${instanceId}x${n}x${k}`)
  await Promise.all(
    ids.map(async (id) => {
      await store.enqueue(aRun(id), NOW)
      confirm('enqueued', id)
    }),
  )
  const claimed = await store.claim({ workerId: 'w', instanceId, lanes: ['A'], limit: 2, leaseMs: 60_000, limits, now: NOW })
  await Promise.all(
    claimed.map(async (run) => {
      const lease = { runId: run.id, attemptId: run.attemptId, leaseToken: run.leaseToken }
      await store.appendEvents(run.id, lease, [line, line])
      confirm('logged', run.id)
      await store.heartbeat(lease, { progress: 0.5 }, 60_000, NOW)
      if (run.id.endsWith('1')) return
      await store.complete(lease, { outcome: 'success', error: null, now: NOW, random: 0 })
      confirm('completed', run.id)
    }),
  )
}
