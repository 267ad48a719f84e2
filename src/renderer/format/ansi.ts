/** A stretch of text in one look. Colours are names for CSS classes (`red`, `bright-red`) or CSS colours (`#rrggbb`). */
export interface AnsiSpan {
  readonly text: string
  readonly fg?: string
  readonly bg?: string
  readonly bold?: true
  readonly dim?: true
  readonly italic?: true
  readonly underline?: true
}

type Look = Omit<AnsiSpan, 'text'>

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const

// One escape sequence: CSI (colours, cursor), OSC (titles, links) ended by BEL or ST, a two-byte escape, or a stray control character other than tab.
const SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what this looks for
  /\u001b\[([0-9;:?<=>]*)[ -/]*([@-~]?)|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]?|[\u0000-\u0008\u000b-\u001f\u007f]/g

const hex = (value: number): string => Math.max(0, Math.min(255, value)).toString(16).padStart(2, '0')
const rgb = (r: number, g: number, b: number): string => `#${hex(r)}${hex(g)}${hex(b)}`

const indexed = (n: number): string => {
  if (n < 8) return NAMES[n]!
  if (n < 16) return `bright-${NAMES[n - 8]}`
  if (n >= 232) return rgb(8 + (n - 232) * 10, 8 + (n - 232) * 10, 8 + (n - 232) * 10)
  const level = (step: number): number => (step === 0 ? 0 : 55 + step * 40)
  return rgb(level(Math.floor((n - 16) / 36)), level(Math.floor((n - 16) / 6) % 6), level((n - 16) % 6))
}

/** Reads `5;n` or `2;r;g;b` after 38 or 48. Returns the colour and how many numbers it took. */
const extended = (codes: readonly number[], at: number): { colour: string | undefined; used: number } => {
  if (codes[at] === 5) {
    const n = codes[at + 1] ?? 0
    return { colour: n <= 255 ? indexed(n) : undefined, used: 2 }
  }
  if (codes[at] === 2) return { colour: rgb(codes[at + 1] ?? 0, codes[at + 2] ?? 0, codes[at + 3] ?? 0), used: 4 }
  return { colour: undefined, used: 1 }
}

const without = (look: Look, ...keys: (keyof Look)[]): Look => {
  const rest: Record<string, unknown> = { ...look }
  for (const key of keys) delete rest[key]
  return rest as Look
}

const applySgr = (look: Look, parameters: string): Look => {
  const codes = parameters === '' ? [0] : parameters.split(/[;:]/).map((code) => (code === '' ? 0 : Number(code)))
  let next = look
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!
    if (code === 0) next = {}
    else if (code === 1) next = { ...next, bold: true }
    else if (code === 2) next = { ...next, dim: true }
    else if (code === 3) next = { ...next, italic: true }
    else if (code === 4) next = { ...next, underline: true }
    else if (code === 22) next = without(next, 'bold', 'dim')
    else if (code === 23) next = without(next, 'italic')
    else if (code === 24) next = without(next, 'underline')
    else if (code >= 30 && code <= 37) next = { ...next, fg: NAMES[code - 30]! }
    else if (code === 39) next = without(next, 'fg')
    else if (code >= 40 && code <= 47) next = { ...next, bg: NAMES[code - 40]! }
    else if (code === 49) next = without(next, 'bg')
    else if (code >= 90 && code <= 97) next = { ...next, fg: `bright-${NAMES[code - 90]}` }
    else if (code >= 100 && code <= 107) next = { ...next, bg: `bright-${NAMES[code - 100]}` }
    else if (code === 38 || code === 48) {
      const { colour, used } = extended(codes, i + 1)
      if (colour) next = code === 38 ? { ...next, fg: colour } : { ...next, bg: colour }
      i += used
    }
  }
  return next
}

/** Takes every escape sequence and control character out, tabs aside. */
export const stripAnsi = (text: string): string => text.replace(SEQUENCE, '')

/**
 * Parses the colours of one line of command output.
 *
 * Knows SGR (16, 256 and true colours, bold, dim, italic, underline); takes every other sequence out. Each line starts plain:
 * colour that a program leaves on over a line's end is not carried along, so any line can be shown alone.
 */
export const parseAnsi = (line: string): AnsiSpan[] => {
  const spans: AnsiSpan[] = []
  let look: Look = {}
  let from = 0
  const push = (to: number): void => {
    if (to > from) spans.push({ text: line.slice(from, to), ...look })
  }
  for (const match of line.matchAll(SEQUENCE)) {
    push(match.index)
    from = match.index + match[0].length
    if (match[2] === 'm') look = applySgr(look, match[1] ?? '')
  }
  push(line.length)
  return spans
}
