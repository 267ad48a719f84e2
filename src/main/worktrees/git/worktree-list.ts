import { type Git, gitFailure, must, splitNul } from './git.ts'
import { inMainCheckout, type Repository } from './repository.ts'

/** One entry of `git worktree list`. `branch` is the short name, null when detached; `head` is null in a bare or unborn one. */
export interface ListedWorktree {
  readonly path: string
  readonly head: string | null
  readonly branch: string | null
  /** The first entry: the main checkout, or the bare repository itself. */
  readonly main: boolean
  readonly bare: boolean
  readonly locked: boolean
  /** Its folder is gone. */
  readonly prunable: boolean
}

/**
 * Reads `git worktree list --porcelain -z`: attributes end with NUL, entries with one more.
 *
 * An attribute is a word, then a space and its value for some. Unknown ones are skipped: git adds to them.
 */
export function parseWorktreeList(output: string): ListedWorktree[] {
  return output
    .split('\0\0')
    .map(splitNul)
    .filter((attributes) => attributes.length > 0)
    .map((attributes, index) => {
      const values = new Map(attributes.map(splitAttribute))
      const head = values.get('HEAD')
      return {
        path: values.get('worktree') ?? '',
        head: head && !/^0+$/.test(head) ? head : null,
        branch: values.get('branch')?.replace(/^refs\/heads\//, '') ?? null,
        main: index === 0,
        bare: values.has('bare'),
        locked: values.has('locked'),
        prunable: values.has('prunable'),
      }
    })
    .filter(({ path }) => path !== '')
}

function splitAttribute(attribute: string): [string, string] {
  const space = attribute.indexOf(' ')
  return space < 0 ? [attribute, ''] : [attribute.slice(0, space), attribute.slice(space + 1)]
}

/** Lists the worktrees that git knows of, the main checkout first. */
export async function listWorktrees(git: Git, repository: Repository): Promise<ListedWorktree[]> {
  const args = ['worktree', 'list', '--porcelain']
  const call = inMainCheckout(repository.root)
  const answer = await git([...args, '-z'], call)
  if (answer.code === 0) return parseWorktreeList(answer.stdout)
  if (answer.code !== 129) throw gitFailure('list the worktrees', answer)
  // Git before 2.36 has no -z here. A line break in a path would mislead it; ours have none below the root.
  return parseWorktreeList((await must(git, 'list the worktrees', args, call)).replaceAll('\n', '\0'))
}
