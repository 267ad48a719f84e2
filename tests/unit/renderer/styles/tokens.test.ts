// @ts-expect-error The program of the web knows no Node; this test runs on it all the same.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css: string = readFileSync(new URL('../../../../src/renderer/styles/tokens.css', import.meta.url), 'utf8')

/** Hexadecimal colours of one theme. */
function colours(block: string): Record<string, string> {
  return Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]))
}
const light = colours(css.slice(0, css.indexOf('.dark')))
const dark = { ...light, ...colours(css.slice(css.indexOf('.dark'))) }

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

const SURFACES = ['bg', 'panel', 'raised', 'sunken', 'hover']
const PAIRS = [
  ...['text', 'text-2', 'text-3'].flatMap((text) => SURFACES.map((surface) => [text, surface] as const)),
  ...['run', 'need', 'fail', 'ok'].flatMap((state) => [[state, `${state}-soft`] as const, [state, 'raised'] as const]),
  ['text-2', 'idle-soft'],
  ['text', 'accent-soft'],
  ['accent', 'raised'],
  ['accent-text', 'accent'],
  ['need-text', 'need'],
] as const

describe.each([
  ['light', light],
  ['dark', dark],
] as const)('the %s theme', (_, theme) => {
  it('keeps words readable on every surface they stand on', () => {
    const weak = PAIRS.map(([text, surface]) => ({ text, surface, ratio: contrast(theme[text]!, theme[surface]!) })).filter(
      ({ ratio }) => ratio < 4.5,
    )
    expect(weak).toEqual([])
  })
})
