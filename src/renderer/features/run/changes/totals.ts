import type { FileDiff } from '../../../../shared/models/index.ts'

/** Changed lines above which a file is shut at first: it opens on a press. */
const LARGE_FILE_LINES = 1_500

/** Why a file's change is not shown; null when it is. */
export const hiddenWhy = (file: FileDiff): string | null => {
  if (file.truncated) return 'too large to show'
  if (file.binary) return 'binary'
  if (file.patch.trim() !== '') return null
  return file.status === 'renamed' ? 'only moved' : file.additions + file.deletions === 0 ? 'no lines changed' : 'nothing to show'
}

/** A file whose change is so long that it is folded at first. */
export const isLargeChange = (file: FileDiff): boolean => file.additions + file.deletions > LARGE_FILE_LINES

export interface DiffTotals {
  readonly files: number
  readonly additions: number
  readonly deletions: number
}

/** What a diff adds up to. */
export const diffTotals = (files: readonly FileDiff[]): DiffTotals => ({
  files: files.length,
  additions: files.reduce((sum, file) => sum + file.additions, 0),
  deletions: files.reduce((sum, file) => sum + file.deletions, 0),
})
