/**
 * Names a worktree: `task-{runId}-{yyyymmddthhmmss}`, in UTC, lower-case letters and digits only. Folder and branch are called alike.
 *
 * No slash: some tools take one path segment for each worktree.
 */
export function worktreeName(runId: string, at: number): string {
  const stamp = new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').toLowerCase()
  return `task-${runId}-${stamp}`
}

/** Takes a name apart; null for anything that `worktreeName` cannot have made, and so for every path trick. */
export function parseWorktreeName(name: string): { runId: string; createdAt: number } | null {
  const match = /^task-([a-z0-9]{1,40})-(\d{4})(\d\d)(\d\d)t(\d\d)(\d\d)(\d\d)$/.exec(name)
  if (!match) return null
  const [, runId, ...fields] = match
  const [year, month, day, hour, minute, second] = fields.map(Number)
  const createdAt = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!)
  return worktreeName(runId!, createdAt) === name ? { runId: runId!, createdAt } : null
}
