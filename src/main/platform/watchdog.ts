/**
 * The watchdog: a process of its own that cleans up after a host that died.
 *
 * It reads lines (`watchdog-protocol.ts`) on stdin, whose other end only the host holds. When that ends, however the host died, it kills what was
 * registered and everything that carries the host's instance id (its only argument), waits 2 s between SIGTERM and SIGKILL, and ends. After
 * `close` it ends without killing.
 */
import { createInterface } from 'node:readline'
import { systemClock } from './clock.ts'
import { killTree } from './kill-tree.ts'
import { INSTANCE_MARK } from './marks.ts'
import type { ProcessIdentity } from './process-table.ts'
import { parseWatchdogLine } from './watchdog-protocol.ts'

const GRACE_MS = 2_000

/** Reads lines until the host closes the watch or dies; returns what is to be killed, null for nothing. */
async function watch(): Promise<ProcessIdentity[] | null> {
  const registered = new Map<string, ProcessIdentity>()
  for await (const text of createInterface({ input: process.stdin })) {
    const line = parseWatchdogLine(text)
    if (!line) continue
    if ('close' in line) return null
    if ('add' in line) registered.set(JSON.stringify(line.add), line.add)
    else registered.delete(JSON.stringify(line.remove))
  }
  return [...registered.values()]
}

// A service manager signals the host's whole group of processes at once: the host is to end first, and its end is what ends this process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

const instanceId = process.argv[2] ?? ''
const left = await watch()
if (left) {
  const options = { clock: systemClock, graceMs: GRACE_MS }
  await Promise.all([
    killTree({ marker: { name: INSTANCE_MARK, value: instanceId } }, options),
    ...left.map((identity) => killTree({ identity }, options)),
  ])
}
process.exit(0)
