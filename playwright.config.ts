import { defineConfig, devices } from '@playwright/test'
import { findBrowser } from './tests/support/browser.ts'
import { electronRuntime } from './tests/support/electron.ts'

const electron = electronRuntime()
// Workers read this file again; it is said once.
if ('reason' in electron && !process.env.TEST_WORKER_INDEX) {
  console.error(`desktop-electron: left out, ${electron.reason}. The desktop is tested on its stand-in.`)
}

export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results/e2e',
  fullyParallel: false,
  // Hosts and browsers share the machine: two at once keep both busy without starving them.
  workers: 2,
  timeout: 90_000,
  retries: 1,
  expect: { timeout: 15_000 },
  forbidOnly: !!process.env.CI,
  reporter: 'list',
  use: { trace: 'retain-on-failure' },
  projects: [
    // The stand-in is a script with a shebang line, which Windows does not start.
    ...(process.platform === 'win32' ? [] : [{ name: 'desktop-stand-in', testMatch: 'desktop.spec.ts' }]),
    ...('path' in electron ? [{ name: 'desktop-electron', testMatch: 'desktop.spec.ts' }] : []),
    {
      name: 'browser',
      testIgnore: 'desktop.spec.ts',
      use: {
        ...devices['Desktop Chrome'],
        viewport: { width: 1440, height: 900 },
        launchOptions: { executablePath: findBrowser() ?? undefined },
      },
    },
  ],
})
