import type { FileDiff } from '../../../shared/models/index.ts'

/** One changed file without its text. `sections` is how many patches git writes for it. */
export interface FileChange extends Omit<FileDiff, 'patch' | 'truncated'> {
  readonly sections: number
}

const STATUS: Readonly<Record<string, FileDiff['status']>> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  R: 'renamed',
  C: 'copied',
  T: 'typechange',
}

/**
 * Reads `git diff --raw --numstat -z`: all raw entries, then all counts, in one order.
 *
 * Raw: `:modes ids status`, then the path, and for renames and copies the new path. Counts: `added TAB deleted TAB path`, where a rename leaves the
 * path out and two more fields follow. Counts are `-` for a binary file.
 */
export function parseChanges(output: string): FileChange[] {
  const fields = output.split('\0')
  const changes: Omit<FileChange, 'additions' | 'deletions' | 'binary'>[] = []
  let at = 0
  while (fields[at]?.startsWith(':')) {
    const letter = fields[at]!.split(' ').at(-1)![0]!
    const first = fields[at + 1]!
    const moved = letter === 'R' || letter === 'C'
    changes.push({
      path: moved ? fields[at + 2]! : first,
      oldPath: moved ? first : null,
      status: STATUS[letter] ?? 'modified',
      // A file that becomes a link is written as one deletion and one new file.
      sections: letter === 'T' ? 2 : 1,
    })
    at += moved ? 3 : 2
  }
  return changes.map((change) => {
    const [additions, deletions, path] = (fields[at] ?? '').split('\t')
    at += path === '' ? 3 : 1
    return { ...change, additions: Number(additions) || 0, deletions: Number(deletions) || 0, binary: additions === '-' }
  })
}
