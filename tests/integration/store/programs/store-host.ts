/**
 * A store of its own in a process of its own: `node store-host.ts <file>`.
 *
 * Reads lines `{id, method, args}` and answers each with `{id, value}` or `{id, code}`; what it hears of changes it writes as `{change}`. A thread that dies
 * is started again at once.
 */
import { createInterface } from 'node:readline'
import { openRestartableStore } from '../../../../src/main/core/restartable-store.ts'
import { silentLogger, systemClock } from '../../../../src/main/platform/index.ts'
import type { Worker } from '../../../../src/main/supervision/index.ts'

const { store, workers } = await openRestartableStore({ file: process.argv[2]!, clock: systemClock, logger: silentLogger })
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)
let ending = false
const keep = (worker: Worker): void => {
  const again = (): void => void worker.stop().then(() => ending || keep(worker))
  worker.start({ ready: () => {}, crashed: again })
}
for (const worker of workers) keep(worker)
store.subscribe((change) => say({ change }))

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, args } = JSON.parse(line) as { id: number; method: keyof typeof store; args: unknown[] }
  const call = store[method] as (...args: unknown[]) => Promise<unknown>
  call(...args).then(
    (value) => say({ id, value }),
    (error) => say({ id, code: error.code ?? String(error) }),
  )
}
ending = true
await store.close()
