import { beforeEach, expect, it } from 'vitest'
import type { AppClient } from '../../../../src/renderer/client/index.ts'
import { dispatchOp, setClient, tellDispatched, useToasts } from '../../../../src/renderer/stores/index.ts'
import type { DispatchedRun } from '../../../../src/shared/contract/index.ts'

const run = (id: string, status: DispatchedRun['status']): DispatchedRun => ({ id, op: 'git.pull', target: null, status })
const shown = () => useToasts.getState().items.map(({ tone, title, text, action }) => ({ tone, title, text, action: action?.label }))

let asked: { idempotencyKey?: string }[]
beforeEach(() => {
  asked = []
  useToasts.setState({ items: [] })
})
const connect = (answer: () => Promise<unknown>): void =>
  setClient({
    ops: {
      dispatch: async (input: object) => {
        asked.push(input)
        return answer()
      },
    },
  } as unknown as AppClient)

it('says how many runs were queued, and leads to them', () => {
  tellDispatched('Pull', [run('a', 'queued'), run('b', 'queued')])
  expect(shown()).toEqual([{ tone: 'ok', title: 'Pull', text: '2 runs queued', action: 'Open' }])
})

it('says that some of what was to be done at once could not be', () => {
  tellDispatched('Kill', [run('a', 'succeeded'), run('b', 'failed')])
  expect(shown()).toEqual([{ tone: 'fail', title: 'Kill', text: '1 of 2 could not be done.', action: 'Open' }])
})

it('runs an op once for two presses in one moment, and with another key the next time', async () => {
  connect(async () => ({ runs: [run('a', 'queued')] }))
  const request = { op: 'git.pull', targets: ['p1'] }
  const [first, second] = await Promise.all([dispatchOp('Pull web', request), dispatchOp('Pull web', request)])
  expect([first?.length, second]).toEqual([1, null])
  await dispatchOp('Pull web', request)
  expect(new Set(asked.map((one) => one.idempotencyKey)).size).toBe(2)
})

it('says why an op could not be started', async () => {
  connect(async () => {
    throw new Error('The queue is full.')
  })
  expect(await dispatchOp('Pull web', { op: 'git.pull' })).toBeNull()
  expect(shown()).toEqual([{ tone: 'fail', title: 'Could not start: Pull web', text: 'The queue is full.', action: undefined }])
})
