import { AppError, type Project } from '../../../shared/models/index.ts'
import { type Git, must } from './git.ts'
import { type Checkout, inCheckout } from './repository.ts'

/** Settings that make a fetch, or the files it brings, start a program. Hooks and the file monitor are off already. */
const STARTS_PROGRAMS =
  /^(core\.(sshcommand|gitproxy|askpass|alternaterefscommand)|credential\.(.*\.)?helper|remote\..*\.(uploadpack|vcs)|protocol\..*|filter\..*\.(smudge|process))$/

/**
 * Refuses to fetch in a repository that nobody trusts while its own configuration names programs: a folder that came from elsewhere brings its
 * `.git/config` along. The person's own configuration is theirs and not looked at.
 *
 * @throws AppError FORBIDDEN with the settings in `data.settings`
 */
export async function refuseOwnPrograms(git: Git, checkout: Checkout, project: Project): Promise<void> {
  const output = await must(git, 'read the configuration', ['config', '--show-scope', '--name-only', '--list', '-z'], inCheckout(checkout))
  // Scope and name in turn, each ended by NUL.
  const fields = output.split('\0')
  const settings = fields.filter(
    (name, index) => index % 2 === 1 && /^(local|worktree)$/.test(fields[index - 1]!) && STARTS_PROGRAMS.test(name),
  )
  if (settings.length === 0) return
  const message = `“${project.name}” is not trusted, and a fetch would run programs that its own configuration names (${settings.join(', ')}). Trust the project first.`
  throw new AppError('FORBIDDEN', message, { data: { projectId: project.id, settings } })
}
