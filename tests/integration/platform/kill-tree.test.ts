import { expect, test, vi } from 'vitest'
import { findMarked, isAlive, killTree, processIdentity, startProcess, systemClock } from '../../../src/main/platform/index.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { failOnLeftovers } from '../../support/temp.ts'
import { createMark, runs, startScript } from './children.ts'

failOnLeftovers()

const clock = systemClock
const STUBBORN = 'trap "" TERM; echo ready; while :; do sleep 1000; done'

test('a process that heeds SIGTERM ends by it', async () => {
  const { child } = await startScript('echo ready; exec sleep 1000', createMark())
  expect(await killTree({ identity: child.identity }, { clock })).toEqual({ how: 'term', survivors: [] })
  expect(await child.exited).toEqual({ code: null, signal: 'SIGTERM' })
})

test('a process that has ended already is gone', async () => {
  const { child } = await startScript('echo ready', createMark())
  await child.exited
  expect(await killTree({ identity: child.identity }, { clock })).toEqual({ how: 'gone', survivors: [] })
})

test('a grandchild that ignores SIGTERM is killed after the grace', async () => {
  const { child, line } = await startScript(`bash -c 'trap "" TERM; echo $$; while :; do sleep 1000; done' & wait`, createMark())
  expect(await killTree({ identity: child.identity }, { clock, graceMs: 200 })).toEqual({ how: 'kill', survivors: [] })
  expect(runs(Number(line))).toBe(false)
})

test('the grace runs on the given clock', async () => {
  const { child } = await startScript(STUBBORN, createMark())
  const manual = createManualClock()
  let report: unknown
  const killing = killTree({ identity: child.identity }, { clock: manual }).then((value) => {
    report = value
  })
  await manual.advance(4_999)
  expect({ report, alive: isAlive(child.identity) }).toEqual({ report: undefined, alive: true })
  await manual.advance(1)
  await killing
  expect(report).toEqual({ how: 'kill', survivors: [] })
})

test('SIGKILL as the signal leaves no grace', async () => {
  const { child } = await startScript(STUBBORN, createMark())
  const report = await killTree({ identity: child.identity }, { clock: createManualClock(), signal: 'SIGKILL' })
  expect(report).toEqual({ how: 'kill', survivors: [] })
})

test('what a wrapper left behind in its group is found after the wrapper has ended', async () => {
  const { child, line } = await startScript('sleep 1000 >/dev/null 2>&1 & echo $!', createMark())
  await child.exited
  expect(runs(Number(line))).toBe(true)
  expect(await killTree({ identity: child.identity }, { clock })).toEqual({ how: 'term', survivors: [] })
  expect(runs(Number(line))).toBe(false)
})

test('a background job with a group of its own is found by its session after the shell has ended', async () => {
  const { child, line } = await startScript('set -m; sleep 1000 >/dev/null 2>&1 & echo $!', createMark())
  await child.exited
  expect(await killTree({ identity: child.identity }, { clock })).toEqual({ how: 'term', survivors: [] })
  expect(runs(Number(line))).toBe(false)
})

test('a descendant in a session of its own is found by its parents', async () => {
  const { child, line } = await startScript(`bash -c 'setsid sleep 1000 >/dev/null 2>&1 & echo $!; wait' & wait`, createMark())
  expect(await killTree({ identity: child.identity }, { clock })).toEqual({ how: 'term', survivors: [] })
  expect(runs(Number(line))).toBe(false)
})

test('a daemon that forked twice into a session of its own is found by its mark', async () => {
  const mark = createMark()
  const { child, line } = await startScript(`(setsid bash -c 'echo $$; exec sleep 1000 >/dev/null 2>&1' &)`, mark)
  await child.exited
  expect(await killTree({ identity: child.identity }, { clock })).toEqual({ how: 'gone', survivors: [] })
  expect(runs(Number(line))).toBe(true)
  expect(await killTree({ identity: child.identity, marker: mark }, { clock })).toEqual({ how: 'term', survivors: [] })
  expect({ runs: runs(Number(line)), marked: findMarked(mark) }).toEqual({ runs: false, marked: [] })
})

test('a tree that keeps forking daemons while it is being killed leaves nothing', async () => {
  const mark = createMark()
  const { child } = await startScript(`trap "" TERM; echo ready; while :; do (setsid sleep 1000 &) ; sleep 0.01; done`, mark)
  expect(await killTree({ identity: child.identity, marker: mark }, { clock, graceMs: 200 })).toEqual({ how: 'kill', survivors: [] })
  expect(findMarked(mark)).toEqual([])
})

test('a tree of three hundred processes is gone at once', async () => {
  const mark = createMark()
  const { child } = await startScript('for i in {1..300}; do sleep 1000 & done; echo ready; wait', mark)
  // One that is just becoming `sleep` shows no environment for that moment.
  await vi.waitFor(() => expect(findMarked(mark)).toHaveLength(301), { timeout: 10_000 })
  expect(await killTree({ identity: child.identity }, { clock })).toEqual({ how: 'term', survivors: [] })
  expect(findMarked(mark)).toEqual([])
})

test('a stopped process still gets the chance to end by itself', async () => {
  const { child } = await startScript('echo ready; exec sleep 1000', createMark())
  process.kill(child.pid, 'SIGSTOP')
  expect(await killTree({ identity: child.identity }, { clock })).toEqual({ how: 'term', survivors: [] })
})

test('a process that took over the pid is left alone, and so is its group', async () => {
  const { child, line } = await startScript('sleep 1000 & echo $!; wait', createMark())
  const before = { pid: child.pid, startTime: '1.00000000' }
  expect(await killTree({ identity: before }, { clock })).toEqual({ how: 'gone', survivors: [] })
  expect(await killTree({ identity: { pid: child.pid, startTime: null } }, { clock })).toEqual({ how: 'gone', survivors: [] })
  expect([isAlive(child.identity), runs(Number(line)), isAlive(before)]).toEqual([true, true, false])
})

test('a zombie counts as gone', async () => {
  // `sleep` takes the shell's place and never collects the child that the shell started.
  const { line } = await startScript('sleep 0.01 & echo $!; exec sleep 1000', createMark())
  const zombie = processIdentity(Number(line))!
  await vi.waitFor(() => expect(isAlive(zombie)).toBe(false), { timeout: 10_000 })
  expect(processIdentity(zombie.pid)).toEqual(zombie)
  expect(await killTree({ identity: zombie }, { clock })).toEqual({ how: 'gone', survivors: [] })
})

test('nothing is done to this process, nor for a pid of zero or an empty mark', async () => {
  const self = processIdentity(process.pid)!
  const mark = { name: 'PATH', value: '' }
  expect(await killTree({ identity: { pid: 0, startTime: null }, marker: mark }, { clock })).toEqual({ how: 'gone', survivors: [] })
  expect(await killTree({ identity: self }, { clock })).toEqual({ how: 'gone', survivors: [] })
  expect(isAlive(self)).toBe(true)
})

test('two kills of one tree at the same time both see it gone', async () => {
  const mark = createMark()
  const { child } = await startScript(STUBBORN, mark)
  const target = { identity: child.identity, marker: mark }
  const reports = await Promise.all([killTree(target, { clock, graceMs: 100 }), killTree(target, { clock, graceMs: 100 })])
  expect(reports.map((report) => report.survivors)).toEqual([[], []])
  expect(findMarked(mark)).toEqual([])
})

test('a mark is matched whole, at the start of the environment too', async () => {
  const mark = createMark()
  const child = startProcess({ command: 'env', args: ['-i', `${mark.name}=${mark.value}`, 'sleep', '1000'] })
  await vi.waitFor(() => expect(findMarked(mark)).toEqual([child.identity]), { timeout: 10_000 })
  expect(findMarked({ name: mark.name, value: mark.value.slice(0, -1) })).toEqual([])
  expect(findMarked({ name: mark.name.slice(1), value: mark.value })).toEqual([])
})
