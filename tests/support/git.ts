import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'
import { makeFolder, removeFolder, tempFolder } from './temp.ts'

/** What every person has set. */
const PERSON = '[user]\n\tname = Test Person\n\temail = person@example.invalid\n[init]\n\tdefaultBranch = main\n'

const home = makeFolder('git-home')
afterAll(() => removeFolder(home))
const personal = join(home, 'gitconfig')
writeFileSync(personal, PERSON)
// Nothing of the machine's own configuration reaches a test.
process.env.GIT_CONFIG_GLOBAL = personal
process.env.GIT_CONFIG_NOSYSTEM = '1'

/** Adds to the personal git configuration until the running test ends. */
export function personalGitConfig(text: string): void {
  writeFileSync(personal, PERSON + text)
  onTestFinished(() => writeFileSync(personal, PERSON))
}

/** Runs git in a folder and returns its output without the last line end. Throws when it fails. */
export function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 28 }).replace(/\n$/, '')
}

/** A real repository in a temporary folder. */
export interface TestRepository {
  /** Real path of its root. */
  readonly path: string
  git(...args: string[]): string
  /** Writes files, by relative path; folders are made. */
  write(files: Readonly<Record<string, string | Buffer>>): void
  /** Commits everything there is. Returns the commit id. */
  commit(message?: string): string
}

/** Takes a folder that is a repository, or a worktree of one, for a `TestRepository`. */
export function repositoryAt(path: string): TestRepository {
  return {
    path,
    git: (...args) => git(path, ...args),
    write: (files) => writeFiles(path, files),
    commit(message = 'A change') {
      git(path, 'add', '-A')
      git(path, 'commit', '--quiet', '--allow-empty', '--no-verify', '-m', message)
      return git(path, 'rev-parse', 'HEAD')
    },
  }
}

/** Makes a repository with one commit of these files; it is deleted when the running test ends. */
export function createRepository(files: Readonly<Record<string, string | Buffer>> = { 'readme.md': '# A project\n' }): TestRepository {
  const path = join(tempFolder('repo'), 'project')
  mkdirSync(path)
  git(path, 'init', '--quiet')
  const repository = repositoryAt(path)
  repository.write(files)
  repository.commit('First')
  return repository
}

export function writeFiles(folder: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }
}

/** Every file, link and folder below a folder with its mode and a hash of its content; `.git` folders at any depth are left out. */
export function readTree(folder: string): Record<string, string> {
  const found: Record<string, string> = {}
  const visit = (path: string, relative: string): void => {
    for (const name of readdirSync(path).sort()) {
      if (name === '.git') continue
      const child = join(path, name)
      const key = relative ? `${relative}/${name}` : name
      const stats = lstatSync(child)
      const mode = (stats.mode & 0o777).toString(8)
      if (stats.isSymbolicLink()) found[key] = `link ${readlinkSync(child)}`
      else if (stats.isDirectory()) visit(child, key)
      else if (stats.isFile()) found[key] = `${mode} ${createHash('sha256').update(readFileSync(child)).digest('hex').slice(0, 16)}`
    }
  }
  visit(folder, '')
  return found
}

/** All that a person would notice of their checkout: files, index, branches, configuration, hooks, stash. Of references only the app's own are left out. */
export function readCheckout(path: string): Record<string, unknown> {
  return {
    files: readTree(path),
    index: git(path, 'ls-files', '--stage', '--debug'),
    status: git(path, 'status', '--porcelain=v2', '--branch'),
    head: git(path, 'symbolic-ref', 'HEAD'),
    refs: git(path, 'for-each-ref')
      .split('\n')
      .filter((line) => !/refs\/(controlroom\/|heads\/task-)/.test(line)),
    config: readFileSync(join(path, '.git', 'config'), 'utf8'),
    hooks: readTree(join(path, '.git', 'hooks')),
    reflog: git(path, 'reflog'),
  }
}

/** Deletes a file or folder. */
export const remove = (path: string): void => rmSync(path, { recursive: true, force: true })

/**
 * Makes every git command whose arguments hold this text fail, as one does on a full disk. Returns what mends it; the end of the test does too.
 *
 * @param words  for example `worktree remove`
 */
export function breakGit(words: string): () => void {
  const bin = tempFolder('bin')
  const path = process.env.PATH
  writeFiles(bin, {
    git: `#!/bin/sh\ncase "$*" in *'${words}'*) echo 'fatal: no space left on device' >&2; exit 128;; esac\nPATH='${path}' exec git "$@"\n`,
  })
  chmodSync(join(bin, 'git'), 0o755)
  process.env.PATH = bin + delimiter + path
  const mend = (): void => {
    process.env.PATH = path
  }
  onTestFinished(mend)
  return mend
}
