import { expect, onTestFinished, test, vi } from 'vitest'
import { findMarked, isAlive, killTree, startProcess, systemClock } from '../../../src/main/platform/index.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { failOnLeftovers } from '../../support/temp.ts'
import { createMark, runs, startScript } from './children.ts'

failOnLeftovers()

const clock = systemClock

test('a descendant that left session and parent behind and ignores SIGTERM is remembered, and killed after the grace', async () => {
  const deaf = `trap "" TERM; echo $$; while :; do sleep 0.1; done`
  const { child, line } = await startScript(`setsid bash -c '${deaf}' & wait`, createMark())
  expect(await killTree({ identity: child.identity }, { clock, graceMs: 300 })).toEqual({ how: 'kill', survivors: [] })
  expect(runs(Number(line))).toBe(false)
})

test('a chain of sessions is followed to its end', async () => {
  const { child, line } = await startScript(
    `setsid bash -c "setsid bash -c 'setsid sleep 1000 >/dev/null 2>&1 & echo \\$!; wait' & wait" & wait`,
    createMark(),
  )
  expect(runs(Number(line))).toBe(true)
  expect(await killTree({ identity: child.identity }, { clock })).toEqual({ how: 'term', survivors: [] })
  expect(runs(Number(line))).toBe(false)
})

test('what a process starts as its last deed is found by its mark', async () => {
  const mark = createMark()
  const { child } = await startScript(
    `trap '(setsid sleep 1000 >/dev/null 2>&1 &); exit 0' TERM; echo ready; while :; do sleep 0.01; done`,
    mark,
  )
  expect(await killTree({ identity: child.identity, marker: mark }, { clock })).toEqual({ how: 'term', survivors: [] })
  expect(findMarked(mark)).toEqual([])
})

test('the whole grace passes before anything is killed', async () => {
  const { child } = await startScript('trap "" TERM; echo ready; while :; do sleep 1000; done', createMark())
  const manual = createManualClock()
  let looks = 0
  const counting = {
    ...manual,
    now: () => {
      looks += 1
      return manual.now()
    },
  }
  const killing = killTree({ identity: child.identity }, { clock: counting })
  await manual.advance(4_999)
  const before = looks
  await vi.waitFor(() => expect(looks).toBeGreaterThan(before + 3), { timeout: 10_000 })
  expect(isAlive(child.identity)).toBe(true)
  await manual.advance(1)
  expect(await killing).toEqual({ how: 'kill', survivors: [] })
})

test('nothing is sent to a number whose process ended after the look', async () => {
  const { child, line } = await startScript('sleep 1000 >/dev/null 2>&1 & echo $!; wait', createMark())
  const background = Number(line)
  const kill = process.kill.bind(process)
  const sent: number[] = []
  const spy = vi.spyOn(process, 'kill').mockImplementation((pid, signal) => {
    sent.push(pid)
    // The first that is signalled takes the other one with it, as a shell does that ends its jobs; nobody knows whose number that is next.
    if (sent.length === 1) {
      const other = pid === background ? child.pid : background
      kill(other, 'SIGKILL')
      while (runs(other)) {}
    }
    return kill(pid, signal)
  })
  onTestFinished(() => spy.mockRestore())
  expect((await killTree({ identity: child.identity }, { clock })).survivors).toEqual([])
  expect(new Set(sent).size).toBe(1)
})

test('what the system does not let go of is told', async () => {
  const { child } = await startScript('echo ready; exec sleep 1000', createMark())
  const manual = createManualClock()
  // As with a process that hangs in the kernel: a signal is taken and nothing comes of it.
  const spy = vi.spyOn(process, 'kill').mockReturnValue(true)
  const killing = killTree({ identity: child.identity }, { clock: manual, signal: 'SIGKILL' })
  await vi.waitFor(() => expect(spy).toHaveBeenCalled(), { timeout: 10_000 })
  await manual.advance(5_000)
  expect(await killing).toEqual({ how: 'kill', survivors: [child.identity] })
  spy.mockRestore()
  expect(isAlive(child.identity)).toBe(true)
})

test('an empty mark is nobody’s, though a process has it', async () => {
  const child = startProcess({ command: 'sleep', args: ['1000'], env: { CONTROLROOM_EMPTY: '' } })
  onTestFinished(async () => {
    await killTree({ identity: child.identity }, { clock, graceMs: 0 })
  })
  const mark = { name: 'CONTROLROOM_EMPTY', value: '' }
  expect([findMarked(mark), await killTree({ marker: mark }, { clock })]).toEqual([[], { how: 'gone', survivors: [] }])
  expect(isAlive(child.identity)).toBe(true)
})
