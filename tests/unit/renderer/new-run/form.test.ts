import { describe, expect, it } from 'vitest'
import {
  EMPTY_FORM,
  formErrors,
  joinPrompts,
  parseChoices,
  parseWhole,
  type RunForm,
  requestsOf,
} from '../../../../src/renderer/features/new-run/form.ts'
import { splitPrompts } from '../../../../src/renderer/features/new-run/split-prompts.ts'

const form = (fields: Partial<RunForm>): RunForm => ({ ...EMPTY_FORM, projectId: 'p1', ...fields })

describe('a filled dialog', () => {
  it('makes one request for each prompt', () => {
    const requests = requestsOf(form({ text: 'fix a\nfix b', mode: 'lines', lane: 'B', policy: 'allow-edits' }))
    expect(requests).toEqual([
      { title: 'fix a', prompt: 'fix a', policy: 'allow-edits', lane: 'B', projectId: 'p1' },
      { title: 'fix b', prompt: 'fix b', policy: 'allow-edits', lane: 'B', projectId: 'p1' },
    ])
  })

  it('makes a shell step of a command, which has no model and no policy', () => {
    const [request] = requestsOf(form({ kind: 'shell', text: 'npm test', model: 'a/b', projectId: '', base: 'main' }))
    expect(request).toEqual({ title: 'npm test', steps: [{ op: 'shell', params: { command: 'npm test' } }], lane: 'A' })
  })

  it('sends what stands under More only where something does', () => {
    const [request] = requestsOf(form({ text: 'x', model: ' a/b ', base: ' v1 ', priority: '-5', maxAttempts: '3' }))
    expect(request).toMatchObject({ model: 'a/b', base: 'v1', priority: -5, maxAttempts: 3 })
  })

  it('takes whole numbers within bounds, and nothing for an empty field', () => {
    expect(['', ' 7 ', '1.5', 'x', '101', '0'].map((text) => parseWhole(text, 1, 100))).toEqual([
      null,
      7,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect(formErrors(form({ priority: 'high', maxAttempts: '0' }))).toEqual({
      priority: expect.stringMatching(/whole number/),
      maxAttempts: expect.stringMatching(/1 to 100/),
    })
    expect(formErrors(form({}))).toEqual({})
  })

  it('puts prompts that are left back so that they split again', () => {
    const blocks = ['one\nstill one', 'two\n```\n\n```']
    expect(splitPrompts(joinPrompts(blocks, 'blocks'), 'blocks')).toEqual(blocks)
    expect(splitPrompts(joinPrompts(['a', 'b'], 'lines'), 'lines')).toEqual(['a', 'b'])
  })
})

describe('remembered choices', () => {
  it('are read as far as they make sense', () => {
    expect(parseChoices('{"kind":"shell","lane":"Z","policy":"allow-all","model":7,"projectId":"p1"}')).toEqual({
      kind: 'shell',
      policy: 'allow-all',
      projectId: 'p1',
    })
    expect([parseChoices(null), parseChoices('no json'), parseChoices('null')]).toEqual([{}, {}, {}])
  })
})
