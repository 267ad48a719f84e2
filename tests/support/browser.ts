import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { chromium } from '@playwright/test'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge', 'msedge']

/** Where browsers lie that are not on the PATH. */
const PLACES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [process.env.ProgramFiles, process.env['ProgramFiles(x86)'], process.env.LOCALAPPDATA].flatMap((root) =>
    root ? [join(root, 'Google/Chrome/Application/chrome.exe'), join(root, 'Microsoft/Edge/Application/msedge.exe')] : [],
  ),
}

/** A starting browser takes a second or two; a cold and busy machine many. */
const START_LIMIT_MS = 60_000

/**
 * Finds a Chromium for tests: `CHROMIUM_PATH`, Playwright's own, then Chromium, Chrome or Edge of the system.
 *
 * @returns its path, or null when there is none; whether it starts is another question (`startsUp`)
 */
export function findBrowser(): string | null {
  const chosen = process.env.CHROMIUM_PATH
  const extensions = process.platform === 'win32' ? ['.exe'] : ['']
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const onPath = NAMES.flatMap((name) => folders.flatMap((folder) => extensions.map((extension) => join(folder, name + extension))))
  const candidates = [...(chosen ? [chosen] : []), chromium.executablePath(), ...onPath, ...(PLACES[process.platform] ?? [])]
  return candidates.find((path) => existsSync(path)) ?? null
}

/** Starts a browser on an empty page, which a missing library or a wrapper without a browser behind it does not survive. */
export function startsUp(path: string): boolean {
  const profile = mkdtempSync(join(tmpdir(), 'controlroom-browser-'))
  try {
    const args = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      `--user-data-dir=${profile}`,
      '--dump-dom',
      'about:blank',
    ]
    const { status, stdout } = spawnSync(path, args, { encoding: 'utf8', timeout: START_LIMIT_MS, stdio: ['ignore', 'pipe', 'ignore'] })
    return status === 0 && stdout.includes('<html')
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}
