/**
 * Forces the kernel to give a number out again: for a pid namespace of its own, in which it is the first process.
 *
 * A process is recorded and ended, and an innocent one gets its number, with it the number of its group and session. Then everything that ends recorded
 * processes is let loose on the record, one innocent after the other. Prints as its only line whether each of them lived, as JSON.
 */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { reapRecorded, writeRecord } from '../../../../src/main/agents/record.ts'
import { recoverFromEarlierHosts } from '../../../../src/main/core/recovery.ts'
import {
  type ChildHandle,
  systemClock as clock,
  isAlive,
  killTree,
  lockDataFolder,
  type ProcessIdentity,
  processIdentity,
  silentLogger,
  startProcess,
} from '../../../../src/main/platform/index.ts'
import { readProcessTable } from '../../../../src/main/platform/process-table.ts'
import { openSqliteStore } from '../../../../src/main/store/sqlite/index.ts'

const LAST_PID = '/proc/sys/kernel/ns_last_pid'
const folder = mkdtempSync(join(tmpdir(), 'controlroom-reuse-'))
const host = new URL('./pid-reuse-host.ts', import.meta.url).pathname
const sleeper = (): ChildHandle => startProcess({ command: 'sleep', args: ['1000'] })

/** A process that is gone, as it was recorded, and an innocent one that has its number now. */
async function reuse(): Promise<{ recorded: ProcessIdentity; innocent: ProcessIdentity }> {
  const victim = sleeper()
  const recorded = victim.identity
  process.kill(victim.pid, 'SIGKILL')
  await victim.exited
  // The kernel counts start times in hundredths of a second: within one, no number comes round in earnest.
  await pause(50)
  for (let attempt = 0; attempt < 100; attempt += 1) {
    writeFileSync(LAST_PID, String(recorded.pid - 1))
    const innocent = sleeper()
    if (innocent.pid === recorded.pid) return { recorded, innocent: innocent.identity }
    process.kill(innocent.pid, 'SIGKILL')
    await innocent.exited
  }
  throw new Error(`nobody got the number ${recorded.pid} again; the last one was ${readFileSync(LAST_PID, 'utf8')}`)
}

/** How many watchdogs are at work. */
const watchdogs = (): number =>
  readProcessTable().filter(({ pid, zombie }) => !zombie && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('watchdog.ts')).length

/** What is let loose. Returns what it says of the record. */
const HUNTERS: Record<string, (recorded: ProcessIdentity) => Promise<unknown>> = {
  'a kill of a tree': async (identity) => killTree({ identity }, { clock, graceMs: 0 }),
  'a kill of a tree by SIGKILL': async (identity) => killTree({ identity }, { clock, signal: 'SIGKILL' }),
  'a watchdog whose host died': async (identity) => {
    const child = startProcess({ command: process.execPath, args: [host, JSON.stringify(identity)] })
    child.stderr.pipe(process.stderr)
    const line = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))))
    const guarded = JSON.parse(line) as ProcessIdentity
    process.kill(child.pid, 'SIGKILL')
    while (isAlive(guarded) || watchdogs() > 0) await pause(20)
    return 'the guarded process is gone'
  },
  'the reaper of servers that a dead host left': async ({ pid, startTime }) => {
    const file = join(folder, 'server.json')
    await writeRecord(file, { pid, startTime, serverId: 'abc', tmp: join(folder, 'tmp-abc') })
    return reapRecorded(file, { clock, logger: silentLogger })
  },
  'the start after a host that died': async ({ pid, startTime }) => {
    const store = await openSqliteStore({ file: join(folder, 'queue.db') })
    const instance = { instanceId: 'old', workerId: 'w', pid, processStartedAt: startTime, build: null, host: hostname() }
    await store.saveInstance({ ...instance, startedAt: 1, seenAt: 1, stoppedAt: null })
    await recoverFromEarlierHosts({ store, clock, logger: silentLogger })
    const [{ stoppedAt } = { stoppedAt: null }] = await store.instances()
    await store.close()
    return stoppedAt !== null
  },
  'the lock of a data folder': async ({ pid, startTime }) => {
    const dataDir = join(folder, 'data')
    mkdirSync(dataDir)
    writeFileSync(join(dataDir, 'host.lock'), JSON.stringify({ pid, startTime, id: 'old' }))
    lockDataFolder(dataDir).release()
    return 'taken'
  },
}

const results: Record<string, unknown> = {}
for (const [name, hunt] of Object.entries(HUNTERS)) {
  const { recorded, innocent } = await reuse()
  const said = await hunt(recorded)
  const same = {
    number: innocent.pid === recorded.pid,
    process: innocent.startTime === recorded.startTime,
    recordedLives: isAlive(recorded),
  }
  results[name] = { ...same, lives: isAlive(innocent) && processIdentity(innocent.pid)?.startTime === innocent.startTime, said }
  process.kill(innocent.pid, 'SIGKILL')
}
process.stdout.write(`${JSON.stringify(results)}\n`)
process.exit(0)
