import type { OpInfo } from '../../../shared/contract/index.ts'

export interface OpGroup {
  readonly heading: string
  readonly ops: readonly OpInfo[]
}

const HEADINGS = ['Work', 'Repositories', 'Runs', 'This host'] as const

const headingOf = ({ name, targets }: OpInfo): (typeof HEADINGS)[number] => {
  if (targets === 'run') return 'Runs'
  if (targets === 'none' || targets === 'worker') return 'This host'
  return targets === 'worktree' || /^(git|worktree)\./.test(name) ? 'Repositories' : 'Work'
}

/** Ops by what they are for; in a group, and where none is known, in the host's own order. */
export const groupOps = (ops: readonly OpInfo[]): OpGroup[] =>
  HEADINGS.map((heading) => ({ heading, ops: ops.filter((op) => headingOf(op) === heading) })).filter((group) => group.ops.length > 0)
