import { describe, expect, it } from 'vitest'
import { createDiffEntries } from '../../../../src/renderer/features/run/changes/diff-items.ts'
import { diffTotals, hiddenWhy, isLargeChange } from '../../../../src/renderer/features/run/changes/totals.ts'
import { hugeDiff, usualDiff } from '../../../../src/renderer/features/run/samples/index.ts'

const { files } = usualDiff()
const never = (): boolean => false

describe('the files of a diff', () => {
  it('are parsed from their patches', () => {
    const entry = createDiffEntries()(files, never)[1]!
    expect(entry.hidden).toBeNull()
    expect(entry.item.fileDiff).toMatchObject({ name: 'src/auth/middleware.ts', type: 'change' })
    expect(entry.item.fileDiff.hunks).toHaveLength(2)
  })

  it('say why their lines are not shown', () => {
    expect(createDiffEntries()(files, never).map((entry) => entry.hidden)).toEqual([
      null,
      null,
      'only moved',
      null,
      'binary',
      'too large to show',
    ])
  })

  it('are shown as a head when their patch does not parse', () => {
    const [entry] = createDiffEntries()([{ ...files[0]!, patch: 'no patch at all' }], never)
    expect([entry?.hidden, entry?.item.collapsed, entry?.item.fileDiff.hunks]).toEqual(['cannot be shown', true, []])
  })

  it('keep their parsed form until they change', () => {
    const toEntries = createDiffEntries()
    const before = toEntries(files, never)
    const after = toEntries(
      files.map((file, index) => (index === 0 ? { ...file, patch: file.patch.replace('openSession', 'startSession') } : { ...file })),
      never,
    )
    expect(after[1]?.item.fileDiff).toBe(before[1]?.item.fileDiff)
    expect(after.map((entry) => entry.item.version)).toEqual([2, 1, 1, 1, 1, 1])
  })

  it('get a new version when they are folded', () => {
    const toEntries = createDiffEntries()
    toEntries(files, never)
    const [entry] = toEntries(files, () => true)
    expect([entry?.item.collapsed, entry?.item.version]).toEqual([true, 2])
  })

  it('are counted, and very long ones are known', () => {
    expect(diffTotals(files)).toEqual({ files: 6, additions: 2498, deletions: 1967 })
    expect(hugeDiff().files.filter(isLargeChange)).toHaveLength(1)
    expect(hiddenWhy({ ...files[0]!, patch: '', additions: 0, deletions: 0 })).toBe('no lines changed')
  })
})
