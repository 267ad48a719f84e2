import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitChoices, splitPrompts, titleOf } from '../../../../src/renderer/features/new-run/split-prompts.ts'

describe('splitting a text into prompts', () => {
  it('takes all of it as one prompt, without the space around it', () => {
    expect(splitPrompts('  a\n\nb \n', 'one')).toEqual(['a\n\nb'])
    expect(splitPrompts(' \n\t', 'one')).toEqual([])
  })

  it('makes one prompt of each line with text', () => {
    expect(splitPrompts('fix a\r\n\r\n  fix b  \nfix c\n', 'lines')).toEqual(['fix a', 'fix b', 'fix c'])
  })

  it('takes list marks away when every line has one', () => {
    expect(splitPrompts('- fix a\n* fix b\n3. fix c', 'lines')).toEqual(['fix a', 'fix b', 'fix c'])
    expect(splitPrompts('- fix a\nfix b', 'lines')).toEqual(['- fix a', 'fix b'])
    expect(splitPrompts('- only one', 'lines')).toEqual(['- only one'])
  })

  it('makes one prompt of each block between blank lines', () => {
    expect(splitPrompts('a\nmore a\n\n\n \nb\n', 'blocks')).toEqual(['a\nmore a', 'b'])
  })

  it('does not split inside fenced code', () => {
    const text = 'use this:\n```ts\na\n\nb\n```\nplease\n\nand then\n~~~\nx\n\n```\n~~~'
    expect(splitPrompts(text, 'blocks')).toEqual(['use this:\n```ts\na\n\nb\n```\nplease', 'and then\n~~~\nx\n\n```\n~~~'])
  })

  it('counts what each way would give', () => {
    expect(splitChoices('a\nb\n\nc')).toEqual({ one: 1, lines: 3, blocks: 2 })
    expect(splitChoices('')).toEqual({ one: 0, lines: 0, blocks: 0 })
  })

  it('loses no words and makes no empty prompt, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', ' ', '\n', '\n\n', '```', 'word', '\r\n', 'x y')),
        fc.constantFrom('one' as const, 'lines' as const, 'blocks' as const),
        (pieces, mode) => {
          const text = pieces.join('')
          const prompts = splitPrompts(text, mode)
          expect(prompts.every((prompt) => prompt.trim() !== '')).toBe(true)
          expect(prompts.join(' ').split(/\s+/).filter(Boolean)).toEqual(text.split(/\s+/).filter(Boolean))
        },
      ),
    )
  })
})

describe('a title for a prompt', () => {
  it('is its first line without marks', () => {
    expect(titleOf('\n## Move auth  to sessions\nmore')).toBe('Move auth to sessions')
    expect(titleOf('- fix a')).toBe('fix a')
  })

  it('is cut at a word when it is long', () => {
    const title = titleOf(`${'word '.repeat(40)}`)
    expect(title.length).toBeLessThanOrEqual(80)
    expect(title.endsWith('word…')).toBe(true)
    expect(titleOf('x'.repeat(200))).toHaveLength(80)
  })
})
