import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { type ChildHandle, isAlive, type Mark, run, startProcess } from '../../../src/main/platform/index.ts'
import { type ProcessIdentity, readProcessTable } from '../../../src/main/platform/process-table.ts'
import { failOnLeftovers } from '../../support/temp.ts'
import { createMark, runs } from './children.ts'

failOnLeftovers()

const HOST = fileURLToPath(new URL('./programs/watched-host.ts', import.meta.url))
const PATIENCE = { timeout: 20_000, interval: 50 }

interface Pids {
  stubborn: number
  takenBack: number
  daemon: number
}

async function startHost(mark: Mark, ...args: string[]): Promise<{ host: ChildHandle; pids: Pids }> {
  const host = startProcess({ command: process.execPath, args: [HOST, ...args], env: { [mark.name]: mark.value } })
  host.stderr.resume()
  const line = await new Promise<string>((resolve) => createInterface({ input: host.stdout }).once('line', resolve))
  return { host, pids: JSON.parse(line) }
}

/** The host's child that is none of those it told of. */
function findWatchdog(host: ChildHandle, pids: Pids): ProcessIdentity | undefined {
  return readProcessTable().find(
    ({ pid, parent, zombie }) => parent === host.pid && !zombie && pid !== pids.stubborn && pid !== pids.takenBack,
  )
}

/** Whether the watchdog has got as far as handling signals: SIGHUP is the one that Node leaves alone by itself. */
function handlesSignals(pid: number): boolean {
  const caught = /^SigCgt:\s*([0-9a-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return (BigInt(`0x${caught}`) & 1n) !== 0n
}

test('after kill -9 of the host everything that was registered or marked is gone, and so is the watchdog', async () => {
  const { host, pids } = await startHost(createMark())
  const watchdog = findWatchdog(host, pids)!
  expect([isAlive(watchdog), runs(pids.stubborn), runs(pids.daemon)]).toEqual([true, true, true])
  process.kill(host.pid, 'SIGKILL')
  await vi.waitFor(() => expect([runs(pids.stubborn), runs(pids.daemon), isAlive(watchdog)]).toEqual([false, false, false]), PATIENCE)
  expect(runs(pids.takenBack)).toBe(true)
})

test('a Ctrl-C in the terminal and a SIGTERM to everything do not end the watchdog before its work is done', async () => {
  const { host, pids } = await startHost(createMark())
  const watchdog = findWatchdog(host, pids)!
  await vi.waitFor(() => expect(handlesSignals(watchdog.pid)).toBe(true), PATIENCE)
  process.kill(watchdog.pid, 'SIGTERM')
  process.kill(-host.pid, 'SIGINT')
  expect((await host.exited).signal).toBe('SIGINT')
  await vi.waitFor(() => expect([runs(pids.stubborn), runs(pids.daemon)]).toEqual([false, false]), PATIENCE)
})

test('a closed watch kills nothing', async () => {
  const { host, pids } = await startHost(createMark(), 'close')
  await vi.waitFor(() => expect(findWatchdog(host, pids)).toBeUndefined(), PATIENCE)
  process.kill(host.pid, 'SIGKILL')
  await host.exited
  expect([runs(pids.stubborn), runs(pids.takenBack), runs(pids.daemon)]).toEqual([true, true, true])
})

test('a watchdog that was killed is started again and knows what was registered', async () => {
  const { host, pids } = await startHost(createMark())
  const first = findWatchdog(host, pids)!
  process.kill(first.pid, 'SIGKILL')
  await vi.waitFor(() => expect(findWatchdog(host, pids)?.pid).toSatisfy((pid) => pid !== undefined && pid !== first.pid), PATIENCE)
  // By then the host, which starts it and tells it in one go, has told it.
  const second = findWatchdog(host, pids)!
  await vi.waitFor(() => expect(handlesSignals(second.pid)).toBe(true), PATIENCE)
  process.kill(host.pid, 'SIGKILL')
  await vi.waitFor(() => expect([runs(pids.stubborn), runs(pids.daemon)]).toEqual([false, false]), PATIENCE)
})

test('the watchdog does not keep a host from ending', async () => {
  const mark = createMark()
  const script = `
    import { startWatchdog } from ${JSON.stringify(new URL('../../../src/main/platform/index.ts', import.meta.url).href)}
    startWatchdog({ instanceId: 'none' })
    console.log('done')`
  const result = await run(process.execPath, ['--input-type=module', '-e', script], { timeoutMs: 60_000, env: { [mark.name]: mark.value } })
  expect(result).toMatchObject({ code: 0, stdout: 'done\n' })
})
