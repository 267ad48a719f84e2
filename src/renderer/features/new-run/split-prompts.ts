/** How a text becomes prompts: all of it, one for each line, or one for each block between blank lines. */
export type SplitMode = 'one' | 'lines' | 'blocks'

/** Runs that one press may queue. */
export const MAX_PROMPTS = 200

/** Longest title of a run, in characters; the whole prompt is shown in the run. */
const TITLE_CHARS = 80

const LIST_MARK = /^\s*(?:[-*•]|\d{1,3}[.)])\s+/

/**
 * Splits a text into prompts, without empty ones.
 *
 * - `lines`: each line that has text; a list mark in front (`-`, `*`, `1.`) is taken away when every line has one
 * - `blocks`: separated by at least one blank line; a blank line inside a fenced code block (``` or ~~~) separates nothing
 */
export const splitPrompts = (text: string, mode: SplitMode): string[] => {
  const whole = text.replace(/\r\n?/g, '\n').trim()
  if (whole === '') return []
  if (mode === 'one') return [whole]
  const lines = whole.split('\n')
  if (mode === 'lines') {
    const filled = lines.map((line) => line.trim()).filter((line) => line !== '')
    const isList = filled.length > 1 && filled.every((line) => LIST_MARK.test(line))
    return (isList ? filled.map((line) => line.replace(LIST_MARK, '')) : filled).filter((line) => line !== '')
  }
  const blocks: string[][] = [[]]
  let fence: string | null = null
  for (const line of lines) {
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1]
    if (mark && fence === null) fence = mark
    else if (mark && fence !== null && mark.startsWith(fence)) fence = null
    if (fence === null && line.trim() === '') {
      if (blocks.at(-1)!.length > 0) blocks.push([])
    } else blocks.at(-1)!.push(line)
  }
  return blocks.map((block) => block.join('\n').trim()).filter((block) => block !== '')
}

/** Which ways to split make a difference for a text: `one` always, the others when they give at least two prompts. */
export const splitChoices = (text: string): Record<SplitMode, number> => ({
  one: splitPrompts(text, 'one').length,
  lines: splitPrompts(text, 'lines').length,
  blocks: splitPrompts(text, 'blocks').length,
})

/** A title made of a prompt's first line: no heading or list marks, cut at a word. */
export const titleOf = (prompt: string): string => {
  const first = prompt.split('\n').find((line) => line.trim() !== '') ?? ''
  const plain = first
    .replace(/^\s*#{1,6}\s+/, '')
    .replace(LIST_MARK, '')
    .replace(/\s+/g, ' ')
    .trim()
  if (plain.length <= TITLE_CHARS) return plain
  const cut = plain.slice(0, TITLE_CHARS - 1)
  const space = cut.lastIndexOf(' ')
  return `${(space > TITLE_CHARS / 2 ? cut.slice(0, space) : cut).trimEnd()}…`
}
