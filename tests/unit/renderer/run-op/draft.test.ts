import { describe, expect, it } from 'vitest'
import { type Drafts, emptyDrafts, readOptions } from '../../../../src/renderer/features/run-op/schema/draft.ts'
import { fieldsOf } from '../../../../src/renderer/features/run-op/schema/read-fields.ts'

const TEXT = { type: 'string' }
const fields = fieldsOf({
  type: 'object',
  required: ['text', 'server'],
  properties: {
    text: TEXT,
    count: { type: 'integer', minimum: 1, maximum: 9, default: 4 },
    ratio: { type: 'number', minimum: 0 },
    colour: { enum: ['red', 'blue'], default: 'red' },
    on: { type: 'boolean', default: true },
    rows: { type: 'array', items: TEXT },
    pairs: { type: 'object', additionalProperties: TEXT },
    any: { anyOf: [TEXT, { type: 'number' }] },
    object: { type: 'object', additionalProperties: {} },
    list: { type: 'array', items: {} },
    build: { type: 'object', properties: { version: TEXT, hash: TEXT }, required: ['version', 'hash'] },
    server: {
      anyOf: [
        { type: 'object', properties: { command: TEXT }, required: ['command'] },
        { type: 'object', properties: { url: TEXT }, required: ['url'] },
      ],
    },
  },
})
const SERVER = { chosen: '0', 0: { command: 'x' }, 1: { url: '' } }
const read = (drafts: Drafts) => {
  const { options, faults } = readOptions(fields, { ...emptyDrafts(fields), text: 'words', server: SERVER, ...drafts })
  const { text: _text, server: _server, ...rest } = options
  return { options: rest, faults: Object.fromEntries(faults) }
}

describe('what is sent', () => {
  it('is nothing for what was left as it is', () => {
    expect(read({})).toEqual({ options: {}, faults: {} })
  })

  it('is each kind of field as the op takes it', () => {
    const build = { version: '1.2', hash: 'ab' }
    const { options } = read({
      count: ' 7 ',
      ratio: '0.5',
      colour: '1',
      on: false,
      rows: ['-a', '', 'b c'],
      pairs: [
        ['CI', '1'],
        ['', ''],
        [' A ', ''],
      ],
      any: '12',
      object: '{"a": [1]}',
      list: '[1, "b"]',
      build,
    })
    expect(options).toEqual({
      count: 7,
      ratio: 0.5,
      colour: 'blue',
      on: false,
      rows: ['-a', 'b c'],
      pairs: { CI: '1', A: '' },
      any: 12,
      object: { a: [1] },
      list: [1, 'b'],
      build,
    })
  })

  it('is text where text is meant, and spaces in it stay', () => {
    expect(read({ any: ' just words ' }).options).toEqual({ any: ' just words ' })
  })

  it('is the chosen one of two, whatever stands in the other', () => {
    const server = { chosen: '1', 0: { command: 'left there' }, 1: { url: 'http://a/' } }
    expect(readOptions(fields, { ...emptyDrafts(fields), text: 'x', server }).options.server).toEqual({ url: 'http://a/' })
  })
})

describe('what is wrong', () => {
  it.each<[string, Drafts, string, string]>([
    ['what is needed and missing', { text: '  ' }, 'text', 'This is needed.'],
    ['a number that is none', { count: 'four' }, 'count', 'A whole number from 1 to 9.'],
    ['a number out of bounds', { count: '10' }, 'count', 'A whole number from 1 to 9.'],
    ['a fraction of a whole', { count: '1.5' }, 'count', 'A whole number from 1 to 9.'],
    ['a number below its bound', { ratio: '-1' }, 'ratio', 'A number, 0 or more.'],
    ['a value without a name', { pairs: [['', 'x']] }, 'pairs', 'A value has no name.'],
    [
      'a name that is there twice',
      {
        pairs: [
          ['A', '1'],
          ['A ', '2'],
        ],
      },
      'pairs',
      '“A” is there twice.',
    ],
    ['a list where an object is needed', { object: '[]' }, 'object', 'An object is needed, in curly brackets.'],
    ['an object where a list is needed', { list: '{}' }, 'list', 'A list is needed, in square brackets.'],
    ['half of a group', { build: { version: '1', hash: '' } }, 'build.hash', 'This is needed.'],
    ['the chosen one of two, empty', { server: { chosen: '1', 0: { command: 'x' }, 1: { url: '' } } }, 'server.url', 'This is needed.'],
  ])('%s is said where it stands', (_what, drafts, path, message) => {
    expect(read(drafts).faults).toEqual({ [path]: message })
  })

  it('is JSON with a slip in it, also where text may stand', () => {
    expect(read({ any: '{"a": ' }).faults.any).toMatch(/^This is no JSON: /)
  })
})
