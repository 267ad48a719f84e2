import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { type ElectronApplication, _electron as electron, expect, type Page } from '@playwright/test'
import { findMarked } from '../../src/main/platform/index.ts'
import { findBrowser } from './browser.ts'
import { electronRuntime } from './electron.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const STAND_IN = resolve(import.meta.dirname, 'electron-stand-in/launcher.cjs')
/** Ending a host takes up to 10 s. */
const END_MS = 20_000

/** The desktop app under test, with a data folder of its own. */
export interface Desktop {
  readonly app: ElectronApplication
  readonly page: Page
  /** What the page said on its console as an error; what is left in it fails `close`. */
  readonly errors: string[]
  /** Starts the app once more on the same data folder and resolves to how that ended. */
  startAgain(): Promise<{ code: number | null }>
  /** Resolves to the exit code once the app has ended and no process of it is left. */
  ended(): Promise<number | null>
  /** Ends the app if it is still there, whatever it is doing. */
  close(): Promise<void>
}

/**
 * Starts the built desktop app on real Electron or on its stand-in.
 *
 * @param project  the Playwright project: `desktop-electron` or `desktop-stand-in`
 * @param dataDir  its data folder
 */
export async function startDesktop(project: string, dataDir: string): Promise<Desktop> {
  const executablePath = executableOf(project)
  const env = { ...cleanEnvironment(), CONTROLROOM_DATA_DIR: dataDir, CHROMIUM_PATH: findBrowser() ?? '' }
  const app = await electron.launch({ executablePath, args: [ROOT], env })
  // Playwright forgets the process once it has ended.
  const child = app.process()
  const exit = new Promise<number | null>((done) => child.once('exit', done))
  const page = await app.firstWindow()
  const errors: string[] = []
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(error.message))

  // Every process of the app has inherited this variable.
  const leftOver = () => findMarked({ name: 'CONTROLROOM_DATA_DIR', value: dataDir })
  const ended = async (): Promise<number | null> => {
    const code = await exit
    await expect.poll(leftOver, { message: 'processes of the app that outlive it', timeout: END_MS }).toEqual([])
    return code
  }
  return {
    app,
    page,
    errors,
    ended,
    async startAgain() {
      const second = spawn(executablePath, [...(process.platform === 'linux' ? ['--no-sandbox'] : []), ROOT], { env, stdio: 'ignore' })
      return { code: await new Promise((done) => second.once('exit', done)) }
    },
    async close() {
      child.kill('SIGTERM')
      await ended()
      expect(errors, 'errors on the console of the page').toEqual([])
    },
  }
}

function executableOf(project: string): string {
  if (project !== 'desktop-electron') return STAND_IN
  const runtime = electronRuntime()
  if ('reason' in runtime) throw new Error(runtime.reason)
  return runtime.path
}

/** Our environment without what the test runner and tools set in it. */
function cleanEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && !/^(NODE_OPTIONS|ELECTRON_|CONTROLROOM_)/.test(name),
  )
  return Object.fromEntries(entries) as Record<string, string>
}
