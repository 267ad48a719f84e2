import { createHash } from 'node:crypto'
import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../shared/models/index.ts'
import { readConfiguredCode } from './code-config.ts'
import { isOwnPackage, isWrittenByOpenCode, listPackages } from './opencode-files.ts'
import { readGit } from './read-git.ts'

/** What would run when an agent opens a folder. */
export interface CodeScan {
  /** Relative path to a hash of the content, for every file that runs or says what runs. */
  readonly files: Readonly<Record<string, string>>
  /** The same for a person, with the commands that the configuration starts. */
  readonly runsCode: readonly string[]
}

/** Where OpenCode looks for a repository's own configuration. */
const CONFIG_FILES = ['opencode.json', 'opencode.jsonc', '.opencode/opencode.json', '.opencode/opencode.jsonc']
const CODE_FOLDER = '.opencode'

/** A repository with more cannot be shown to a person, nor read before each run. */
const MAX_FILES = 5_000

/**
 * Finds the code that a repository brings along for OpenCode. Reads only.
 *
 * Links are followed; packages installed below `.opencode` count when they are committed; what OpenCode itself writes there does not.
 *
 * @throws AppError VALIDATION_FAILED  it is too much to look at
 */
export async function scanCode(root: string): Promise<CodeScan> {
  const files = new Map<string, string>()
  const lines: string[] = []
  const words: string[] = []

  await hashFolder(root, CODE_FOLDER, files)
  for (const file of CONFIG_FILES) {
    const text = await readFile(join(root, file), 'utf8').catch((): null => null)
    if (text === null) continue
    files.set(file, hash(text))
    const code = readConfiguredCode(file, text)
    lines.push(...code.lines)
    words.push(...code.words)
  }
  for (const word of words) await hashNamedFile(root, word, files)
  const packages = await listPackages(join(root, CODE_FOLDER))
  if (packages.length > 0) lines.push(`${CODE_FOLDER}/package.json: installs ${packages.join(', ')}`)
  for (const [path, id] of await listCommittedPackages(root)) files.set(path, id)

  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1))
  const shown = sorted.map(([path]) => path).filter((path) => !path.includes('node_modules/'))
  return { files: Object.fromEntries(sorted), runsCode: [...shown, ...lines] }
}

/** Whether two looks found the same code. */
export const isSameCode = (a: CodeScan['files'], b: CodeScan['files']): boolean => digest(a) === digest(b)

/** Whether everything in `found` is in `known` too, with the same content. */
export const isPartOf = (found: CodeScan['files'], known: CodeScan['files']): boolean =>
  Object.entries(found).every(([path, content]) => known[path] === content)

const digest = (files: CodeScan['files']): string => hash(JSON.stringify(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))))

const hash = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex')

async function hashFolder(root: string, folder: string, files: Map<string, string>, inside: readonly string[] = []): Promise<void> {
  const real = await realpath(join(root, folder)).catch((): null => null)
  // A link to a folder that is being walked would never end.
  if (real === null || inside.includes(real)) return
  const own = await isOwnPackage(join(root, folder))
  for (const entry of await readdir(join(root, folder), { withFileTypes: true }).catch(() => [])) {
    const path = `${folder}/${entry.name}`
    if (entry.name === 'node_modules' || entry.name === '.git' || (own && isWrittenByOpenCode(entry.name))) continue
    if (entry.isSymbolicLink()) files.set(`${path} (link)`, hash(await readlink(join(root, path))))
    const stats = await stat(join(root, path)).catch((): null => null)
    if (stats?.isDirectory()) await hashFolder(root, path, files, [...inside, real])
    else if (stats?.isFile()) await hashFile(root, path, files)
  }
}

async function hashFile(root: string, path: string, files: Map<string, string>): Promise<void> {
  if (files.size >= MAX_FILES) {
    throw new AppError(
      'VALIDATION_FAILED',
      `${root} brings more than ${MAX_FILES} files of code for agents: clean up its ${CODE_FOLDER} folder first.`,
    )
  }
  files.set(path, hash(await readFile(join(root, path))))
}

/** A command may run a script of the repository: its content counts as well. */
async function hashNamedFile(root: string, word: string, files: Map<string, string>): Promise<void> {
  const path = resolve(root, word.startsWith('file://') ? fileURLToPath(word) : word)
  const name = relative(root, path)
  if (name === '' || name.startsWith('..') || isAbsolute(name)) return
  const stats = await stat(path).catch((): null => null)
  if (stats?.isFile()) await hashFile(root, name.split(sep).join('/'), files)
}

/** Installed packages that are part of the repository, as path and git's own hash. */
async function listCommittedPackages(root: string): Promise<[string, string][]> {
  const answer = await readGit(root, ['ls-files', '--stage', '-z', '--', `:(glob)${CODE_FOLDER}/**/node_modules/**`])
  return answer.stdout
    .split('\0')
    .filter((line) => line.includes('\t'))
    .map((line) => [line.slice(line.indexOf('\t') + 1), line.split(' ')[1]!])
}
