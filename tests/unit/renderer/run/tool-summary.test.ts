import { describe, expect, it } from 'vitest'
import type { ToolItem } from '../../../../src/renderer/features/run/feed/conversation-items.ts'
import { countChangedLines } from '../../../../src/renderer/features/run/feed/line-counts.ts'
import { shortDuration, toolSubject, toolTag } from '../../../../src/renderer/features/run/feed/tool-summary.ts'
import { shortPath } from '../../../../src/renderer/format/path.ts'

const tool = (fields: Partial<ToolItem>): ToolItem => ({
  type: 'tool',
  key: 'k',
  seq: 1,
  at: 0,
  tool: 'bash',
  status: 'completed',
  title: '',
  input: null,
  output: '',
  outputCut: 0,
  outputLost: 0,
  error: null,
  startedAt: 0,
  endedAt: 1_500,
  metadata: null,
  ...fields,
})

describe('what a tool call is about', () => {
  it('names the command, the path inside the worktree, or the pattern', () => {
    expect(toolSubject(tool({ input: { command: 'npm test\nsecond line' } }))).toBe('npm test')
    expect(toolSubject(tool({ tool: 'edit', input: { filePath: '/data/worktrees/p/task-01abc-1700000000000/src/a.ts' } }))).toBe('src/a.ts')
    expect(toolSubject(tool({ tool: 'grep', input: { pattern: 'foo', path: 'src' } }))).toBe('foo  in src')
    expect(toolSubject(tool({ tool: 'task', title: 'Look around', input: {} }))).toBe('Look around')
  })

  it('shortens long absolute paths only', () => {
    expect(shortPath('a/b/c/d/e/f/g.ts')).toBe('a/b/c/d/e/f/g.ts')
    expect(shortPath('/home/me/deep/down/in/some/x.ts')).toBe('…/down/in/some/x.ts')
  })
})

describe('how a tool call ended', () => {
  it('says nothing while it runs', () => {
    expect(toolTag(tool({ status: 'running', endedAt: null }))).toBeNull()
  })

  it('shows the exit code of a command when it is known, red when it is not 0', () => {
    expect(toolTag(tool({}))).toEqual({ text: '1.5 s', tone: 'plain' })
    expect(toolTag(tool({ metadata: { exit: 0 } }))).toEqual({ text: 'exit 0 · 1.5 s', tone: 'ok' })
    expect(toolTag(tool({ metadata: { exit: 2 } }))).toEqual({ text: 'exit 2 · 1.5 s', tone: 'fail' })
  })

  it('counts the lines of an edit', () => {
    expect(toolTag(tool({ tool: 'edit', input: { oldString: 'a\nb\nc', newString: 'a\nx\ny\nc' } }))).toMatchObject({
      counts: { additions: 2, deletions: 1 },
    })
    expect(toolTag(tool({ tool: 'edit', metadata: { filediff: { additions: 9, deletions: 4 } } }))).toMatchObject({ text: '+9 −4' })
    expect(toolTag(tool({ tool: 'write', input: { content: 'a\nb\n' } }))).toMatchObject({ text: '2 lines' })
  })

  it('says nothing of what took no time', () => {
    expect(toolTag(tool({ tool: 'read', endedAt: 40 }))).toBeNull()
    expect(toolTag(tool({ tool: 'read', endedAt: 400 }))).toEqual({ text: '0.4 s', tone: 'plain' })
  })

  it('is red when it failed', () => {
    expect(toolTag(tool({ status: 'error' }))).toEqual({ text: 'failed', tone: 'fail' })
  })

  it('writes durations the short way', () => {
    expect([40, 8_000, 12_400, 59_700, 125_000, 3_725_000].map(shortDuration)).toEqual([
      '0.0 s',
      '8.0 s',
      '12 s',
      '1:00',
      '2:05',
      '1:02:05',
    ])
  })
})

describe('counting changed lines', () => {
  it('takes the longest common sequence as unchanged', () => {
    expect(countChangedLines('a\nb\nc\nd', 'a\nc\nx\nd')).toEqual({ additions: 1, deletions: 1 })
    expect(countChangedLines('', 'a\nb\n')).toEqual({ additions: 2, deletions: 0 })
    expect(countChangedLines('same', 'same')).toEqual({ additions: 0, deletions: 0 })
  })

  it('gives no number for texts that are too large to compare', () => {
    const big = (word: string): string => Array.from({ length: 2_000 }, (_, i) => `${word} ${i}`).join('\n')
    expect(countChangedLines(big('a'), big('b'))).toBeNull()
  })
})
