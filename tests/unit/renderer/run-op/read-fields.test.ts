import { describe, expect, it } from 'vitest'
import { labelOf } from '../../../../src/renderer/features/run-op/schema/label.ts'
import { fieldsOf } from '../../../../src/renderer/features/run-op/schema/read-fields.ts'

describe('a schema that no op has yet', () => {
  const one = (schema: object, required = false) =>
    fieldsOf({ type: 'object', properties: { its: schema }, required: required ? ['its'] : [] })[0]!

  it.each([
    ['a list of numbers', { type: 'array', items: { type: 'number' } }, 'json'],
    ['a map of numbers', { type: 'object', additionalProperties: { type: 'number' } }, 'json'],
    ['a reference to nothing', { $ref: '#/$defs/gone' }, 'json'],
    ['nothing said at all', {}, 'json'],
    ['several types', { type: ['string', 'null'] }, 'json'],
    ['one fixed value', { const: 3 }, 'choice'],
    ['yes, no or not said', { type: 'boolean' }, 'choice'],
  ])('%s is asked for', (_what, schema, kind) => {
    expect(one(schema).kind).toBe(kind)
  })

  it('is called what it calls itself', () => {
    expect(one({ type: 'string', title: 'Its name', description: 'What it is.' })).toMatchObject({ label: 'Its name', hint: 'What it is.' })
  })

  it('names no bounds that are those of numbers themselves', () => {
    const { minimum, maximum } = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }
    expect(one({ type: 'integer', minimum, maximum })).toMatchObject({ kind: 'number', whole: true, least: null, most: null })
  })
})

describe('a label', () => {
  it.each([
    ['expectStatus', 'Expect status'],
    ['deadlineMs', 'Deadline (ms)'],
    ['url', 'URL'],
    ['worktree-id', 'Worktree id'],
  ])('of %s is “%s”', (name, label) => {
    expect(labelOf(name)).toBe(label)
  })
})
