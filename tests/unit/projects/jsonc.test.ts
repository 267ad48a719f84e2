import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJsonc } from '../../../src/main/projects/jsonc.ts'

test('comments and trailing commas are read over', () => {
  const text = `\uFEFF{
    // a line, with a "quote and a comma,
    "a": [1, 2, /* three */ 3, /* end */ ], /* over
    lines */
    "b": { "c": "x", }, // last
  }`
  expect(parseJsonc(text)).toEqual({ a: [1, 2, 3], b: { c: 'x' } })
})

test('what looks like a comment or a trailing comma inside of a string stays', () => {
  const value = { url: 'http://x//y', note: '/* no */ ,} ,]', quote: '\\" // "', path: 'C:\\' }
  expect(parseJsonc(JSON.stringify(value))).toEqual(value)
})

test('every JSON value is read as JSON reads it', () => {
  const sameAsJson = (value: unknown): void => {
    const text = JSON.stringify(value, null, 1)
    expect(parseJsonc(text)).toEqual(JSON.parse(text))
  }
  fc.assert(fc.property(fc.jsonValue(), sameAsJson))
})

test('what is no JSON is an error', () => {
  expect(() => parseJsonc('{ "a": }')).toThrow(SyntaxError)
  expect(() => parseJsonc('')).toThrow(SyntaxError)
})
