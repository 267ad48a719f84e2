import { expect, test } from 'vitest'
import { parseChanges } from '../../../src/main/worktrees/diff/parse-changes.ts'
import { formatPrivateConfig } from '../../../src/main/worktrees/git/effective-config.ts'
import { parseStatus } from '../../../src/main/worktrees/git/status.ts'
import { parseWorktreeList } from '../../../src/main/worktrees/git/worktree-list.ts'

const fields = (...all: string[]): string => all.map((field) => `${field}\0`).join('')
const ID = 'a'.repeat(40)

test('a list of worktrees is read: main, branch, detached, locked, gone', () => {
  const output =
    fields('worktree /r/main', `HEAD ${ID}`, 'branch refs/heads/main', '') +
    fields('worktree /r/with space\nand line', `HEAD ${ID}`, 'branch refs/heads/feature/x', 'locked', '') +
    fields(
      'worktree /r/c',
      `HEAD ${ID}`,
      'detached',
      'locked a reason',
      'prunable gitdir file points to non-existent location',
      'news of a later git',
      '',
    )
  const plain = { head: ID, main: false, bare: false, locked: false, prunable: false }
  expect(parseWorktreeList(output)).toEqual([
    { ...plain, path: '/r/main', branch: 'main', main: true },
    { ...plain, path: '/r/with space\nand line', branch: 'feature/x', locked: true },
    { ...plain, path: '/r/c', branch: null, locked: true, prunable: true },
  ])
})

test('a bare repository and one without commits are read', () => {
  expect(parseWorktreeList(fields('worktree /bare', 'bare', ''))).toMatchObject([{ path: '/bare', bare: true, head: null, branch: null }])
  expect(parseWorktreeList(fields('worktree /r', `HEAD ${'0'.repeat(40)}`, 'branch refs/heads/main', ''))).toMatchObject([{ head: null }])
  expect(parseWorktreeList('')).toEqual([])
})

test('a status is read: changed, staged, conflicting, untracked, with any name', () => {
  const output = fields(
    `# branch.oid ${ID}`,
    '# branch.head feature/x y',
    '# branch.upstream origin/x',
    `1 .M N... 100644 100644 100644 ${ID} ${ID} a  b c.txt`,
    `1 A. N... 000000 100644 100644 ${ID} ${ID} new\nline`,
    `u UU N... 100644 100644 100644 100644 ${ID} ${ID} ${ID} in conflict.txt`,
    '? folder/',
    '? ? x',
  )
  expect(parseStatus(output)).toEqual({
    head: ID,
    branch: 'feature/x y',
    dirtyFiles: ['a  b c.txt', 'new\nline', 'in conflict.txt', 'folder/', '? x'],
  })
  expect(parseStatus(fields('# branch.oid (initial)', '# branch.head (detached)'))).toEqual({ head: null, branch: null, dirtyFiles: [] })
})

test('changes are read: every status, renames with both paths, binary files without counts', () => {
  const raw = (status: string): string => `:100644 100644 ${ID} ${ID} ${status}`
  const output = fields(
    raw('M'),
    'a b.txt',
    raw('R087'),
    'old\tname',
    'new\nname',
    raw('T'),
    'link',
    raw('A'),
    'bin',
    raw('D'),
    ':colon',
    '3\t4\ta b.txt',
    '1\t0\t',
    'old\tname',
    'new\nname',
    '1\t1\tlink',
    '-\t-\tbin',
    '0\t9\t:colon',
  )
  const plain = { oldPath: null, binary: false, sections: 1 }
  expect(parseChanges(output)).toEqual([
    { ...plain, path: 'a b.txt', status: 'modified', additions: 3, deletions: 4 },
    { ...plain, path: 'new\nname', oldPath: 'old\tname', status: 'renamed', additions: 1, deletions: 0 },
    { ...plain, path: 'link', status: 'typechange', additions: 1, deletions: 1, sections: 2 },
    { ...plain, path: 'bin', status: 'added', additions: 0, deletions: 0, binary: true },
    { ...plain, path: ':colon', status: 'deleted', additions: 0, deletions: 9 },
  ])
  expect(parseChanges('')).toEqual([])
})

test('a private configuration shares what decides which files there are, and nothing that runs', () => {
  const config = new Map([
    ['core.excludesfile', 'C:\\my "ignores"\n'],
    ['core.filemode', 'false'],
    ['core.autocrlf', 'true'],
    ['core.fsmonitor', '/bin/evil'],
    ['filter.x.clean', 'evil'],
    ['extensions.objectformat', 'sha256'],
  ])
  const text = formatPrivateConfig(config)
  expect(text).toContain('\texcludesfile = "C:\\\\my \\"ignores\\"\\n"\n\tfilemode = "false"\n')
  expect(text).toContain('repositoryformatversion = 1')
  expect(text).toContain('[extensions]\n\tobjectformat = "sha256"')
  expect(text).toContain('autocrlf = false')
  expect(text).not.toMatch(/evil|fsmonitor/)
  expect(formatPrivateConfig(new Map())).toContain('repositoryformatversion = 0')
})
