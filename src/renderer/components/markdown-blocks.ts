// A line that goes on with what stands above the blank line: a list item, something indented, a table row, a quote.
const CONTINUES = /^(?:\s+\S|[-*+]\s|\d{1,9}[.)]\s|\||>)/

/**
 * Splits growing markdown at places where a parser may start over: blank lines outside fenced code, before a line that begins something new.
 *
 * Blocks joined give the text again. A longer text has the same blocks, the last one or two aside, which is what makes them worth keeping.
 */
export const splitMarkdownBlocks = (text: string): string[] => {
  const blocks: string[] = []
  let from = 0
  let at = 0
  let fence: string | null = null
  let afterBlank = false
  while (at < text.length) {
    const end = text.indexOf('\n', at)
    const next = end < 0 ? text.length : end + 1
    const line = text.slice(at, end < 0 ? text.length : end)
    const blank = line.trim() === ''
    if (fence === null && afterBlank && !blank && !CONTINUES.test(line) && at > from) {
      blocks.push(text.slice(from, at))
      from = at
    }
    const mark = /^ {0,3}(```+|~~~+)/.exec(line)?.[1]
    if (mark && fence === null) fence = mark
    else if (mark && fence !== null && mark.startsWith(fence)) fence = null
    afterBlank = blank
    at = next
  }
  if (from < text.length) blocks.push(text.slice(from))
  return blocks
}
