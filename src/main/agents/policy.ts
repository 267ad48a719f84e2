import type { PermissionPolicy } from '../../shared/models/index.ts'

/** One rule of a session. The last one that matches a request wins; a pattern may hold `*`. */
export interface PermissionRule {
  readonly permission: string
  readonly pattern: string
  readonly action: 'allow' | 'ask' | 'deny'
}

/** A pattern that a person's own configuration forbids, or takes out of what it forbids. */
export interface OwnRule {
  readonly permission: string
  readonly pattern: string
  readonly denied: boolean
}

/** What changes nothing outside the conversation. A subagent (`task`) asks for itself. */
const HARMLESS = ['read', 'glob', 'grep', 'list', 'lsp', 'todoread', 'todowrite', 'question', 'skill', 'task']

/**
 * The permission rules of a session.
 *
 * - `ask`: reading is free, everything else asks, tools of MCP servers too
 * - `allow-edits`: as `ask`, but files inside the worktree may be changed
 * - `allow-all`: nothing asks; outside the worktree and questions are refused, so that the run never waits for a person
 *
 * @param toolOutput  pattern of the folder where OpenCode keeps long outputs of tools; the agent may always read it
 * @param own  what the person's own configuration forbids; no policy loosens it
 *
 * These rules are a courtesy and no sandbox: a command that was allowed can do anything.
 */
export function rulesFor(policy: PermissionPolicy, toolOutput: string, own: readonly OwnRule[] = []): PermissionRule[] {
  const kept = [
    rule('external_directory', 'allow', toolOutput),
    ...own.map(({ permission, pattern, denied }) => rule(permission, denied ? 'deny' : freedomOf(policy, permission), pattern)),
  ]
  if (policy === 'allow-all') {
    return [rule('*', 'allow'), rule('external_directory', 'deny'), rule('question', 'deny'), ...kept]
  }
  return [
    rule('*', 'ask'),
    ...HARMLESS.map((permission) => rule(permission, 'allow')),
    // OpenCode's own defaults: such files usually hold secrets, and what is read goes to the provider.
    rule('read', 'ask', '*.env'),
    rule('read', 'ask', '*.env.*'),
    rule('read', 'allow', '*.env.example'),
    rule('edit', freedomOf(policy, 'edit')),
    rule('external_directory', 'ask'),
    ...kept,
  ]
}

const rule = (permission: string, action: PermissionRule['action'], pattern = '*'): PermissionRule => ({ permission, pattern, action })

function freedomOf(policy: PermissionPolicy, permission: string): 'allow' | 'ask' {
  const free = policy === 'allow-all' || HARMLESS.includes(permission) || (policy === 'allow-edits' && permission === 'edit')
  return free ? 'allow' : 'ask'
}

/**
 * What the host answers by itself when a subagent asks, or null when a person must.
 *
 * Subagents ask under every policy, because OpenCode does not hand a session's "ask" rules on to them.
 */
export function answerForSubagent(policy: PermissionPolicy, permission: string): 'once' | 'reject' | null {
  if (policy === 'allow-all') return permission === 'external_directory' ? 'reject' : 'once'
  return freedomOf(policy, permission) === 'allow' ? 'once' : null
}

/**
 * Picks what a resolved OpenCode configuration forbids, with the exceptions beside it, in order.
 *
 * A catch-all (`"*": "deny"`) is left out: the policy stands in its place. Anything that does not look like a permission is passed over.
 */
export function parseOwnRules(permission: unknown): OwnRule[] {
  if (typeof permission !== 'object' || permission === null) return []
  return Object.entries(permission).flatMap(([name, value]): OwnRule[] => {
    if (name === '*') return []
    if (value === 'deny') return [{ permission: name, pattern: '*', denied: true }]
    if (typeof value !== 'object' || value === null) return []
    const rules = Object.entries(value).map(([pattern, action]) => ({ permission: name, pattern, denied: action === 'deny' }))
    return rules.some(({ denied }) => denied) ? rules : []
  })
}
