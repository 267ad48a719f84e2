import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitMarkdownBlocks } from '../../../../src/renderer/components/markdown-blocks.ts'

describe('blocks of growing markdown', () => {
  it('splits where a parser may start over', () => {
    expect(splitMarkdownBlocks('one\n\ntwo\nstill two\n\n# three\n')).toEqual(['one\n\n', 'two\nstill two\n\n', '# three\n'])
  })

  it('keeps a list, a quote and what is indented together across blank lines', () => {
    expect(splitMarkdownBlocks('- a\n\n- b\n\n  more b\n\n> q\n\n1. c\n\nend')).toEqual([
      '- a\n\n- b\n\n  more b\n\n> q\n\n1. c\n\n',
      'end',
    ])
  })

  it('never splits inside fenced code, also while the fence is still open', () => {
    expect(splitMarkdownBlocks('a\n\n```ts\nx\n\ny\n```\n\nb')).toEqual(['a\n\n', '```ts\nx\n\ny\n```\n\n', 'b'])
    expect(splitMarkdownBlocks('a\n\n~~~~\nx\n\n~~~\n\ny')).toEqual(['a\n\n', '~~~~\nx\n\n~~~\n\ny'])
  })

  const pieces = fc.array(fc.constantFrom('word', ' ', '\n', '\n\n', '```', '- ', '# ', '> ', '| a |', '  '))

  it('loses nothing, whatever the text', () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        expect(splitMarkdownBlocks(parts.join('')).join('')).toBe(parts.join(''))
      }),
    )
  })

  it('keeps all blocks but the last two when the text grows', () => {
    fc.assert(
      fc.property(pieces, fc.constantFrom('word', '\n', '\n\n', '```'), (parts, more) => {
        const before = splitMarkdownBlocks(parts.join(''))
        const after = splitMarkdownBlocks(parts.join('') + more)
        expect(after.slice(0, Math.max(0, before.length - 2))).toEqual(before.slice(0, -2))
      }),
    )
  })
})
