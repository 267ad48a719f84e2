import { beforeEach, expect, it } from 'vitest'
import { cancelRun, forEachRun } from '../../../../src/renderer/stores/actions.ts'
import { setClient } from '../../../../src/renderer/stores/client.ts'
import { perform } from '../../../../src/renderer/stores/perform.ts'
import { useToasts } from '../../../../src/renderer/stores/toasts.ts'

const shown = () => useToasts.getState().items.map((item) => [item.tone, item.title, item.text])
beforeEach(() => useToasts.setState({ items: [] }))

it('answers what the core answered', async () => {
  expect(await perform('key', 'Could not', async () => 7)).toBe(7)
})

it('shows a failure as a message with the sentence of the error, and answers null', async () => {
  const answer = await perform('key', 'Could not cancel the run', async () => {
    throw new Error('It has ended already.')
  })
  expect([answer, shown()]).toEqual([null, [['fail', 'Could not cancel the run', 'It has ended already.']]])
})

it('shows the same failure once', async () => {
  const fail = () => perform('key', 'Could not', () => Promise.reject(new Error('No.')))
  await fail()
  await fail()
  expect(shown()).toHaveLength(1)
})

it('does a thing once while it is on its way', async () => {
  let count = 0
  const act = async () => ++count
  const [first, second] = await Promise.all([perform('key', 'Could not', act), perform('key', 'Could not', act)])
  expect([first, second, count]).toEqual([1, null, 1])
})

it('does one thing to many runs and says how many it did', async () => {
  setClient({
    runs: {
      cancel: async ({ runId }: { runId: string }) => {
        if (runId === 'b') throw new Error('It has ended already.')
        return { id: runId }
      },
    },
  } as never)
  await forEachRun(['a', 'b', 'c'], cancelRun, 'Cancelled')
  expect(shown()).toEqual([
    ['fail', 'Could not cancel the run', 'It has ended already.'],
    ['ok', 'Cancelled 2 of 3', undefined],
  ])
})
