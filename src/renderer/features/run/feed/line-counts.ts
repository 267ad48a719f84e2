/** How many lines a change adds and takes away. */
export interface LineCounts {
  readonly additions: number
  readonly deletions: number
}

/** Cells of the comparison table at most; a larger change gets no count rather than a slow or a guessed one. */
const MAX_CELLS = 400_000

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

/**
 * Counts the lines that differ between two texts, as a diff would: what is in the longest common sequence of lines is unchanged.
 *
 * @returns null when the texts are too large to compare on the screen's thread
 */
export const countChangedLines = (before: string, after: string): LineCounts | null => {
  let a = linesOf(before)
  let b = linesOf(after)
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1
  a = a.slice(start, a.length - end)
  b = b.slice(start, b.length - end)
  if (a.length * b.length > MAX_CELLS) return null
  let row = new Uint32Array(b.length + 1)
  for (const line of a) {
    const next = new Uint32Array(b.length + 1)
    for (let j = 0; j < b.length; j++) next[j + 1] = line === b[j] ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!)
    row = next
  }
  const common = row[b.length]!
  return { additions: b.length - common, deletions: a.length - common }
}
