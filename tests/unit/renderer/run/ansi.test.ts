import { describe, expect, it } from 'vitest'
import { parseAnsi, stripAnsi } from '../../../../src/renderer/format/ansi.ts'

const ESC = '\u001b'

describe('colours of command output', () => {
  it('splits a line into spans of one look', () => {
    expect(parseAnsi(`ok ${ESC}[1;31mfailed${ESC}[0m rest`)).toEqual([
      { text: 'ok ' },
      { text: 'failed', bold: true, fg: 'red' },
      { text: ' rest' },
    ])
  })

  it('knows bright, indexed and true colours, for text and ground', () => {
    expect(parseAnsi(`${ESC}[92ma${ESC}[38;5;208mb${ESC}[48;2;1;2;3mc${ESC}[38;5;9md${ESC}[38;5;240me`)).toEqual([
      { text: 'a', fg: 'bright-green' },
      { text: 'b', fg: '#ff8700' },
      { text: 'c', fg: '#ff8700', bg: '#010203' },
      { text: 'd', fg: 'bright-red', bg: '#010203' },
      { text: 'e', fg: '#585858', bg: '#010203' },
    ])
  })

  it('switches single looks off again', () => {
    expect(parseAnsi(`${ESC}[1;3;4;2;33;44ma${ESC}[22;23;24;39;49mb`)).toEqual([
      { text: 'a', bold: true, italic: true, underline: true, dim: true, fg: 'yellow', bg: 'blue' },
      { text: 'b' },
    ])
  })

  it('takes cursor moves, titles, links and stray control characters out', () => {
    expect(stripAnsi(`${ESC}[2K${ESC}[1Gx${ESC}]0;title\u0007y${ESC}]8;;http://a${ESC}\\z\u0000${ESC}(B\u0008!`)).toBe('xyz!')
  })

  it('leaves a line without sequences as it is', () => {
    expect(parseAnsi('a\tb [31m')).toEqual([{ text: 'a\tb [31m' }])
    expect(parseAnsi('')).toEqual([])
  })

  it('survives a sequence that is cut off', () => {
    expect(stripAnsi(`text${ESC}[38;5`)).toBe('text')
    expect(stripAnsi(`text${ESC}`)).toBe('text')
  })
})
