import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, type Page, test } from '@playwright/test'
import { startScriptedModel } from '../../src/main/demo/scripted-model.ts'
import { findMarked } from '../../src/main/platform/index.ts'

const HOST = resolve(import.meta.dirname, '../crash/host.ts')
const TOKEN = 'a-token-for-this-test'

/** A headless host with the built page, in a folder of its own, with a scripted model for its agents. */
export interface ScreenHost {
  readonly folder: string
  readonly token: string
  /** Where it listens; another address after each start. */
  url(): string
  /** Starts it again on the same data. */
  start(): Promise<void>
  /** Ends it. @returns its exit code */
  end(signal: NodeJS.Signals): Promise<number | null>
  /** Asks it as a script would. Fails the test on anything but success. */
  call<T>(path: string, body?: object): Promise<T>
  /** Ends everything; fails when a process is left or the host does not end well. */
  close(): Promise<void>
}

/** Starts one. The caller closes it. */
export async function startScreenHost(): Promise<ScreenHost> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'controlroom-screen-')))
  const model = await startScriptedModel()
  let child: ChildProcess
  let url = ''
  const host: ScreenHost = {
    folder,
    token: TOKEN,
    url: () => url,
    async start() {
      const options = { dataDir: join(folder, 'data'), token: TOKEN, modelUrl: model.url, page: true }
      child = spawn(process.execPath, [HOST, JSON.stringify(options)], {
        stdio: ['ignore', 'pipe', 'inherit'],
        // Everything it starts takes the mark along, so that what it leaves is found.
        env: { ...process.env, CONTROLROOM_TEST: folder },
      })
      url = ''
      for await (const line of createInterface({ input: child.stdout! })) {
        url = line.match(/^listening on (\S+)/)?.[1] ?? ''
        if (url) break
      }
      if (!url) throw new Error('The host ended before it listened.')
      child.stdout!.resume()
    },
    async end(signal) {
      if (child.exitCode !== null) return child.exitCode
      const exited = new Promise<number | null>((done) => child.once('exit', (code) => done(code)))
      child.kill(signal)
      return exited
    },
    async call<T>(path: string, body?: object) {
      const headers = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' }
      const answer = await fetch(`${url}/api${path}`, body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers })
      const json: unknown = await answer.json()
      expect(answer.status, JSON.stringify(json)).toBe(200)
      return json as T
    },
    async close() {
      const code = await host.end('SIGTERM')
      await model.close()
      await expect
        .poll(() => findMarked({ name: 'CONTROLROOM_TEST', value: folder }), { message: 'processes that outlive the host' })
        .toEqual([])
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
      expect(code).toBe(0)
    },
  }
  await host.start()
  return host
}

/** Opens the board of a host before each test, and fails the test for an error on the console. @returns the errors so far, to be emptied where they are expected */
export function openBoard(host: () => ScreenHost): string[] {
  const errors: string[] = []
  test.beforeEach(async ({ page }) => {
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    page.on('pageerror', (error) => errors.push(error.message))
    await goHome(page, host())
  })
  test.afterEach(() => {
    expect(errors.splice(0), 'errors on the console').toEqual([])
  })
  return errors
}

/** Goes to the board with the host's token. */
export async function goHome(page: Page, host: ScreenHost): Promise<void> {
  await page.goto(`${host.url()}/#token=${host.token}`)
  await expect(page.getByRole('region', { name: 'Lane A' })).toBeVisible()
}

/** Runs git as somebody. @returns what it printed */
export const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', ...args], { cwd, encoding: 'utf8' }).trim()

/** Makes a repository with one commit. @returns its path */
export function makeRepository(path: string): string {
  mkdirSync(path)
  git(path, 'init', '--quiet', '--initial-branch', 'main')
  commitFile(path, 'readme.md')
  return path
}

/** Commits a new file. @returns the commit */
export function commitFile(path: string, file: string): string {
  writeFileSync(join(path, file), `# ${file}\n`)
  git(path, 'add', '-A')
  git(path, 'commit', '--quiet', '-m', file)
  return git(path, 'rev-parse', 'HEAD')
}
