import { describe, expect, it } from 'vitest'
import { type OpContext, type OpDefinition, runStep } from '../../../src/main/runs/index.ts'

/** Takes an op of these parts through a step. Also answers what was noted. */
async function live(parts: Partial<OpDefinition>) {
  const emitted: unknown[] = []
  const context = { signal: new AbortController().signal, emit: (event: unknown) => emitted.push(event) } as unknown as OpContext
  const op = { title: 'Pull', execute: async () => ({ outcome: 'success', result: { at: 1 } }), ...parts } as unknown as OpDefinition
  return { ending: await runStep(op, context), emitted }
}

describe('the life of a step', () => {
  it('ends for good when it is refused: another try would be refused as well', async () => {
    const { ending } = await live({ validate: async () => ({ ok: false, error: { code: 'NO', message: 'no', retryable: true } }) })
    expect(ending).toEqual({ outcome: 'validation_failed', error: { code: 'NO', message: 'no', retryable: false } })
  })

  it('hands on what a post-check says of a mismatch, and says something itself when it says nothing', async () => {
    const error = { code: 'BEHIND', message: 'HEAD is not upstream.' }
    const said = await live({ postCheck: async () => ({ result: 'mismatch', error, data: { head: 'a' } }) })
    const silent = await live({ postCheck: async () => ({ result: 'mismatch' }) })
    expect([said.ending, silent.ending]).toEqual([
      { outcome: 'post_check_failed', error },
      { outcome: 'post_check_failed', error: { code: 'POST_CHECK_FAILED', message: 'Pull ended, but its effect is not there.' } },
    ])
    expect(said.emitted).toEqual([{ kind: 'step', level: 'error', message: 'post-check: mismatch', data: { head: 'a' } }])
  })

  it('keeps the result of an op that was verified, or that nobody could verify', async () => {
    for (const result of ['verified', 'unverifiable'] as const) {
      const { ending, emitted } = await live({ postCheck: async () => ({ result, data: { head: 'b' } }) })
      expect(ending).toEqual({ outcome: 'success', result: { at: 1 } })
      expect(emitted).toEqual([{ kind: 'step', level: 'info', message: `post-check: ${result}`, data: { head: 'b' } }])
    }
  })

  it('says of anything that is thrown what can be said', async () => {
    const throwing = (what: unknown) =>
      live({
        execute: async () => {
          throw what
        },
      })
    const endings = [new Error('broke'), Object.assign(new Error(''), { code: 'ENOENT' }), 'a word'].map(throwing)
    expect((await Promise.all(endings)).map(({ ending }) => ending)).toEqual([
      { outcome: 'error', error: { code: 'ERROR', message: 'broke' } },
      { outcome: 'error', error: { code: 'ENOENT', message: 'Error' } },
      { outcome: 'error', error: { code: 'ERROR', message: 'a word' } },
    ])
  })
})
