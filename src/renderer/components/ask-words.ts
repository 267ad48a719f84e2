import type { InboxItem } from '../../shared/models/index.ts'
import { shortPath } from '../format/path.ts'

/** What an agent wants to be allowed, taken apart for the screen. */
export interface AskWords {
  /** `Run`, `Change`, `Read outside the worktree`, ... */
  readonly verb: string
  /** What it is about: a command, a path, an address. Several lines are kept. */
  readonly subject: string
  /** A change to look at before it is made, as a unified diff; null without one. */
  readonly diff: string | null
  /** What "Allow for this run" would cover. */
  readonly covers: readonly string[]
}

const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [])

const VERBS: Record<string, string> = {
  bash: 'Run',
  edit: 'Change',
  write: 'Write',
  read: 'Read',
  external_directory: 'Leave the worktree for',
  webfetch: 'Fetch',
  websearch: 'Search the web for',
  doom_loop: 'Go on with the same call',
  task: 'Start a helper agent for',
  skill: 'Use the skill',
}

/** `bash: npm test` → `npm test`. */
const withoutName = (title: string, permission: string | undefined): string =>
  permission !== undefined && title.startsWith(`${permission}:`) ? title.slice(permission.length + 1).trim() : title

/**
 * Puts a permission request into words. Knows the permissions of OpenCode; of any other it shows the request's own title.
 *
 * @param item  `data` is the agent's request: `{permission, patterns, metadata, always}`, each of which may be missing
 */
export const askWords = (item: Pick<InboxItem, 'title' | 'data'>): AskWords => {
  const data = objectOf(item.data)
  const metadata = objectOf(data.metadata)
  const permission = textOf(data.permission)
  const patterns = textsOf(data.patterns)
  const verb = permission === undefined ? undefined : VERBS[permission]
  const path = textOf(metadata.filepath) ?? textOf(metadata.filePath)
  const subject = textOf(metadata.command) ?? (path && shortPath(path)) ?? textOf(metadata.url) ?? textOf(patterns.join('\n'))
  return {
    verb: verb ?? (permission === undefined ? '' : `Use ${permission}`),
    subject: verb === undefined || subject === undefined ? withoutName(item.title, permission) : subject,
    diff: textOf(metadata.diff) ?? null,
    covers: textsOf(data.always),
  }
}
