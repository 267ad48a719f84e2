import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// V8 can lose track of its code pages when many threads start and end in one process, and then ends the process (nodejs/node#64500): a test file that opens a
// hundred stores does that, a host never does. Without hardware keys for these pages there is nothing to lose track of.
const execArgv = ['--no-memory-protection-keys']

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          execArgv,
          include: ['tests/unit/**/*.test.{ts,tsx}'],
          testTimeout: 15_000,
          expect: { poll: { timeout: 10_000 } },
        },
      },
      {
        test: {
          name: 'integration',
          execArgv,
          include: ['tests/{contract,integration,crash}/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // Hundreds of hosts are started from the sources: each one after the first finds them compiled.
          env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compiled') },
          // Many files wait for a clock, a provider or a signal, so that two cores take three at once.
          maxWorkers: 3,
          // Real processes, signals and servers on a machine that others use as well: what fails is looked at again, and a real fault fails each time.
          retry: 2,
          expect: { poll: { timeout: 20_000 } },
        },
      },
    ],
  },
})
