import { type CodeViewDiffItem, type FileDiffMetadata, processFile } from '@pierre/diffs'
import type { FileDiff } from '../../../../shared/models/index.ts'
import { hiddenWhy } from './totals.ts'

/** Characters of a patch above which it is not coloured word by word, and its blocks are not matched line by line. */
const LARGE_PATCH_CHARS = 200_000

/** A file of which only the head is shown. */
const headOnly = (file: FileDiff): FileDiffMetadata => ({
  name: file.path,
  ...(file.oldPath === null ? {} : { prevName: file.oldPath }),
  type: file.status === 'added' ? 'new' : file.status === 'deleted' ? 'deleted' : file.status === 'renamed' ? 'rename-pure' : 'change',
  hunks: [],
  splitLineCount: 0,
  unifiedLineCount: 0,
  isPartial: true,
  deletionLines: [],
  additionLines: [],
  deletionCharacterCount: 0,
  additionCharacterCount: 0,
})

const isSame = (a: FileDiff, b: FileDiff): boolean =>
  a.patch === b.patch && a.status === b.status && a.truncated === b.truncated && a.oldPath === b.oldPath

/** Parses one file's patch; null when it has no lines to show. */
const parseFile = (file: FileDiff): FileDiffMetadata | null => {
  try {
    const options = { isGitDiff: true, throwOnError: true, disableLineMatching: file.patch.length > LARGE_PATCH_CHARS }
    const diff = processFile(file.patch, options)
    return diff !== undefined && diff.hunks.length > 0 ? diff : null
  } catch {
    return null
  }
}

interface Known {
  readonly file: FileDiff
  readonly diff: FileDiffMetadata | null
  readonly collapsed: boolean
  readonly version: number
}

/** A file as the viewer draws it, and why its lines are not shown, if they are not. */
export interface DiffEntry {
  readonly file: FileDiff
  readonly item: CodeViewDiffItem
  readonly hidden: string | null
}

/**
 * Turns the files of a diff into what the viewer draws. Files that did not change since the last call keep their parsed form and version, so that
 * a refresh draws only what is new. Keep one for each viewer.
 */
export const createDiffEntries = (): ((files: readonly FileDiff[], isCollapsed: (file: FileDiff) => boolean) => DiffEntry[]) => {
  let known = new Map<string, Known>()
  return (files, isCollapsed) => {
    const next = new Map<string, Known>()
    const entries = files.map((file): DiffEntry => {
      const before = known.get(file.path)
      const same = before !== undefined && isSame(before.file, file)
      const diff = same ? before.diff : hiddenWhy(file) === null ? parseFile(file) : null
      const hidden =
        hiddenWhy(file) ?? (diff !== null ? null : file.additions + file.deletions === 0 ? 'no lines changed' : 'cannot be shown')
      const collapsed = hidden !== null || isCollapsed(file)
      const version = same && before.collapsed === collapsed ? before.version : (before?.version ?? 0) + 1
      next.set(file.path, { file, diff, collapsed, version })
      return { file, hidden, item: { id: file.path, type: 'diff', fileDiff: diff ?? headOnly(file), version, collapsed } }
    })
    known = next
    return entries
  }
}
