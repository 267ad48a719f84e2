import { shortPath } from '../../../format/path.ts'
import type { ToolItem } from './conversation-items.ts'
import { numberField, objectOf, readable, textField } from './event-data.ts'
import { countChangedLines, type LineCounts } from './line-counts.ts'

/** What a tool does, for its icon. */
export type ToolSort = 'command' | 'edit' | 'read' | 'search' | 'web' | 'todo' | 'agent' | 'ask' | 'other'

/** One short fact about how a tool call ended. */
export interface ToolTag {
  readonly text: string
  readonly tone: 'plain' | 'ok' | 'fail'
  readonly counts?: LineCounts
}

const SORTS: Record<string, ToolSort> = {
  bash: 'command',
  shell: 'command',
  edit: 'edit',
  write: 'edit',
  patch: 'edit',
  apply_patch: 'edit',
  multiedit: 'edit',
  read: 'read',
  list: 'read',
  ls: 'read',
  glob: 'search',
  grep: 'search',
  codesearch: 'search',
  webfetch: 'web',
  websearch: 'web',
  todowrite: 'todo',
  todoread: 'todo',
  task: 'agent',
  question: 'ask',
}

export const toolSort = (tool: string): ToolSort => SORTS[tool.toLowerCase()] ?? 'other'

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? ''

/** What a call is about, in one line: a command, a path, a pattern. */
export const toolSubject = (item: Pick<ToolItem, 'tool' | 'title' | 'input'>): string => {
  const input = objectOf(item.input)
  const command = textField(input, 'command')
  if (command !== undefined) return firstLine(command)
  const path = textField(input, 'filePath') ?? textField(input, 'path')
  const pattern = textField(input, 'pattern')
  if (pattern !== undefined) return path === undefined ? pattern : `${pattern}  in ${shortPath(path)}`
  if (path !== undefined) return shortPath(path)
  const other = textField(input, 'url') ?? textField(input, 'query') ?? textField(input, 'description')
  return other ?? (item.title || firstLine(readable(item.input)).slice(0, 200))
}

/** A duration for a tag: `0.4 s`, `8 s`, `2:05`. */
export const shortDuration = (ms: number): string => {
  if (ms < 9_950) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`
  if (ms < 59_500) return `${Math.round(ms / 1000)} s`
  const seconds = Math.round(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  const rest = String(seconds % 60).padStart(2, '0')
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest}`
}

/** Lines that an edit added and took away: as the tool counted them, else counted from what it was given. Null where neither is possible. */
export const editCounts = (item: Pick<ToolItem, 'input' | 'metadata'>): LineCounts | null => {
  const additions = numberField(item.metadata, 'filediff', 'additions') ?? numberField(item.metadata, 'additions')
  const deletions = numberField(item.metadata, 'filediff', 'deletions') ?? numberField(item.metadata, 'deletions')
  if (additions !== undefined && deletions !== undefined) return { additions, deletions }
  const before = textField(item.input, 'oldString')
  const after = textField(item.input, 'newString')
  return before === undefined || after === undefined ? null : countChangedLines(before, after)
}

const exitCode = (item: ToolItem): number | undefined => numberField(item.metadata, 'exit') ?? numberField(item.metadata, 'exitCode')

/** How a call ended, in a few letters; null while it runs, and where nothing is worth saying. */
export const toolTag = (item: ToolItem): ToolTag | null => {
  if (item.status === 'running') return null
  const took = item.endedAt === null ? '' : shortDuration(item.endedAt - item.startedAt)
  if (item.status === 'error') return { text: 'failed', tone: 'fail' }
  const sort = toolSort(item.tool)
  if (sort === 'command') {
    const code = exitCode(item)
    if (code !== undefined && code !== 0) return { text: `exit ${code} · ${took}`, tone: 'fail' }
    return { text: code === 0 ? `exit 0 · ${took}` : took, tone: code === 0 ? 'ok' : 'plain' }
  }
  if (sort === 'edit') {
    const counts = editCounts(item)
    if (counts !== null) return { text: `+${counts.additions} −${counts.deletions}`, tone: 'plain', counts }
    const content = textField(item.input, 'content')
    if (content !== undefined) {
      const lines = content === '' ? 0 : content.replace(/\n$/, '').split('\n').length
      return { text: lines === 1 ? '1 line' : `${lines} lines`, tone: 'plain' }
    }
  }
  const found = numberField(item.metadata, 'matches') ?? numberField(item.metadata, 'count')
  if (sort === 'search' && found !== undefined) return { text: found === 1 ? '1 match' : `${found} matches`, tone: 'plain' }
  return item.endedAt !== null && item.endedAt - item.startedAt < 100 ? null : { text: took, tone: 'plain' }
}
