/**
 * A store whose writer hangs after a commit, is given up by its supervisor, and comes back to life: `node hung-writer.ts <file>`, with `thread-dies.ts` loaded
 * before. Prints what was seen, as JSON.
 */
import { writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { openRestartableStore } from '../../../../src/main/core/restartable-store.ts'
import { type Clock, silentLogger, systemClock } from '../../../../src/main/platform/index.ts'
import { createSupervisor } from '../../../../src/main/supervision/index.ts'

/** Waits for what takes ten seconds only half of one. */
const hasty: Clock = { now: () => systemClock.now(), after: (ms, run) => systemClock.after(ms / 20, run) }
const { store, workers } = await openRestartableStore({ file: process.argv[2]!, clock: hasty, logger: silentLogger })
const supervisor = createSupervisor({ clock: systemClock })
for (const worker of workers) supervisor.add(worker, { stopTimeoutMs: 1_000 })
supervisor.start()
const status = () => supervisor.status('Store')
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await pause(10)
}
const T = Date.now()
const line = (message: string) => ({ at: T, kind: 'log', level: 'info', message, data: null, step: null }) as const

const wanted = {
  id: 'run1',
  title: 'One',
  op: 'shell',
  template: null,
  params: {},
  projectId: null,
  provider: null,
  model: null,
  lane: 'A',
} as const
const steps = [{ op: 'shell', params: {} }]
await store.enqueue({ ...wanted, steps, priority: 0, runAt: T, maxAttempts: 1, maxLost: 3, idempotencyKey: null }, T)
const limits = { global: 9, project: 9, provider: 9, projects: {} }
const [run] = await store.claim({ workerId: 'w', instanceId: 'i', lanes: ['A'], limit: 1, leaseMs: 60_000, limits, now: T })
const lease = { runId: run!.id, attemptId: run!.attemptId, leaseToken: run!.leaseToken }
const heard: string[] = []
store.subscribe((change) => heard.push(...change.events.flatMap(({ events }) => events.map(({ message }) => message))))

writeFileSync(process.env.DIE_FILE!, 'writer hangs')
let answered = false
const committed = store.appendEvents('run1', lease, [line('committed')])
void committed.finally(() => {
  answered = true
})
// It waits behind what hangs, and is never begun.
const behind = await pause(300).then(() => ({ call: store.appendEvents('run1', lease, [line('behind')]).catch((error) => error.code) }))
await supervisor.stopOne('Store')
const givenUp = { ...status(), answered }
supervisor.need('Store')
await until(() => status().state === 'running')
const again = await store.appendEvents('run1', lease, [line('by the next one')])
const meanwhile = { answered, seq: again.map(({ seq }) => seq) }
const late = (await committed).map(({ seq, message }) => [seq, message])
const refused = await behind.call
const log = (await store.events('run1', 0, 100)).filter(({ kind }) => kind === 'log').map(({ message }) => message)
const after = { state: status().state, restarts: status().restarts }
await supervisor.stop()
process.stdout.write(`${JSON.stringify({ givenUp, meanwhile, late, refused, log, heard: heard.sort(), after })}\n`)
process.exit(0)
