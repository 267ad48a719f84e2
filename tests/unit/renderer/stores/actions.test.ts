import { beforeEach, expect, it } from 'vitest'
import type { AppClient } from '../../../../src/renderer/client/index.ts'
import { killRun, setClient, useToasts, waitLonger } from '../../../../src/renderer/stores/index.ts'

let asked: { call: string; input: unknown }[]

/** A line that notes what it is asked; `refusal` is what it answers instead. */
const connect = (refusal?: Error): void => {
  const call = (name: string) => async (input: unknown) => {
    asked.push({ call: name, input })
    if (refusal) throw refusal
    return {}
  }
  setClient({ ops: { dispatch: call('ops.dispatch') }, runs: { wait: call('runs.wait') } } as unknown as AppClient)
}

beforeEach(() => {
  asked = []
  connect()
})

it('kills by a dispatch at the run, gently unless asked for more', async () => {
  await killRun('r1')
  await killRun('r1', 'SIGKILL')
  expect(asked).toEqual([
    { call: 'ops.dispatch', input: { op: 'kill', targets: ['r1'], options: { signal: 'SIGTERM' } } },
    { call: 'ops.dispatch', input: { op: 'kill', targets: ['r1'], options: { signal: 'SIGKILL' } } },
  ])
})

it('waits as long as the limit again, or as long as is said', async () => {
  await waitLonger('r1')
  await waitLonger('r1', 300_000)
  expect(asked.map(({ input }) => input)).toEqual([{ runId: 'r1' }, { runId: 'r1', ms: 300_000 }])
})

it('asks once however often it is pressed, and says what was refused', async () => {
  connect(new Error('This run is being killed already.'))
  const answers = await Promise.all([killRun('r1'), killRun('r1')])
  expect([asked.length, answers]).toEqual([1, [null, null]])
  expect(useToasts.getState().items.at(-1)).toMatchObject({ title: 'Could not kill the run', text: 'This run is being killed already.' })
})
