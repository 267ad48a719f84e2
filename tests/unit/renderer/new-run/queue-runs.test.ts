import { describe, expect, it } from 'vitest'
import { createKeys, queueRuns } from '../../../../src/renderer/features/new-run/queue-runs.ts'
import { makeRun } from '../../../../src/renderer/features/run/samples/index.ts'
import type { CreateRun } from '../../../../src/shared/contract/index.ts'

const requests: CreateRun[] = ['a', 'b', 'c'].map((prompt) => ({ prompt }))
const keys = ['k1', 'k2', 'k3']
const coded = (code: string): Error => Object.assign(new Error(`refused: ${code}`), { code })

/** A host that answers each prompt as told: with a run, or with an error. */
const host = (answers: Record<string, Error>) => {
  const asked: CreateRun[] = []
  const create = async (request: CreateRun) => {
    asked.push(request)
    const error = answers[request.prompt ?? '']
    if (error) throw error
    return makeRun({ title: request.prompt ?? '' })
  }
  return { asked, create }
}

describe('queuing several runs', () => {
  it('asks for them in order, each with its own key, and says how far it is', async () => {
    const { asked, create } = host({})
    const progress: number[] = []
    const entries = await queueRuns(requests, keys, create, (done) => progress.push(done))
    expect(asked.map(({ prompt, idempotencyKey }) => [prompt, idempotencyKey])).toEqual([
      ['a', 'k1'],
      ['b', 'k2'],
      ['c', 'k3'],
    ])
    expect(entries.map((entry) => entry.run?.title)).toEqual(['a', 'b', 'c'])
    expect(progress).toEqual([0, 1, 2])
  })

  it('goes on after a run that is refused for itself', async () => {
    const { create } = host({ b: coded('VALIDATION_FAILED') })
    const entries = await queueRuns(requests, keys, create, () => {})
    expect(entries.map((entry) => [entry.run !== null, entry.error])).toEqual([
      [true, null],
      [false, 'refused: VALIDATION_FAILED'],
      [true, null],
    ])
  })

  it.each([coded('FORBIDDEN'), coded('STORE_UNAVAILABLE'), new Error('the line was cut')])(
    'leaves the rest untried after %s',
    async (error) => {
      const { asked, create } = host({ b: error })
      const entries = await queueRuns(requests, keys, create, () => {})
      expect(asked).toHaveLength(2)
      expect(entries.map((entry) => [entry.run !== null, entry.error])).toEqual([
        [true, null],
        [false, error.message],
        [false, null],
      ])
    },
  )
})

describe('idempotency keys', () => {
  const counting = () => {
    let n = 0
    return createKeys(() => `key${++n}`)
  }

  it('are the same for the same request, so that a lost answer makes no second run', () => {
    const made = counting()
    expect(made.for(requests)).toEqual(['key1', 'key2', 'key3'])
    expect(made.for(requests.slice(1))).toEqual(['key2', 'key3'])
  })

  it('differ for equal prompts of one press, and for another lane', () => {
    const made = counting()
    expect(made.for([{ prompt: 'a' }, { prompt: 'a' }, { prompt: 'a', lane: 'B' }])).toEqual(['key1', 'key2', 'key3'])
  })

  it('are kept only for what is still to be queued', () => {
    const made = counting()
    const [first, second] = made.for([{ prompt: 'a' }, { prompt: 'a' }])
    made.keep([{ request: { prompt: 'a' }, key: second! }])
    expect(made.for([{ prompt: 'a' }, { prompt: 'b' }])).toEqual([second, 'key3'])
    made.keep([])
    expect(made.for([{ prompt: 'a' }])).not.toContain(first)
  })
})
