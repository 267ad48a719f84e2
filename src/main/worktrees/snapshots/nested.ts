import { type Git, type GitCall, must, splitNul } from '../git/git.ts'

/** Never a file: git takes it out again as a deleted one. */
const PROBE = '.controlroom-probe'

/**
 * Makes git take the files of repositories that lie inside a worktree.
 *
 * Git stops at a folder with a `.git` of its own: it would record one commit id and none of the files, or refuse when there is no commit. A folder
 * with an entry in the index, though, it walks like any other. So every such folder gets an entry for a file that does not exist. Listed again
 * until none is left: they lie in one another.
 *
 * @param call  with an index of our own
 * @returns the folders, as relative paths with a slash
 */
export async function openNestedRepositories(git: Git, call: GitCall): Promise<string[]> {
  const found: string[] = []
  let empty: string | null = null
  for (;;) {
    const others = splitNul(await must(git, 'look for new files', ['ls-files', '--others', '--exclude-standard', '-z'], call))
    // Everything else is listed file by file.
    const nested = others.filter((path) => path.endsWith('/') && !found.includes(path))
    if (nested.length === 0) return found
    found.push(...nested)
    empty ??= (await must(git, 'store an empty file', ['hash-object', '-w', '--stdin'], call)).trim()
    const entries = nested.map((path) => `100644 ${empty} 0\t${path}${PROBE}\0`).join('')
    await must(git, 'open the repositories inside the worktree', ['update-index', '-z', '--add', '--index-info'], {
      ...call,
      input: entries,
    })
  }
}
