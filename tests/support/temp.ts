import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, vi } from 'vitest'
import { findMarked, killTree, systemClock } from '../../src/main/platform/index.ts'

/** Every child of this test file inherits it, whatever else it changes, and is found by it at the end. */
const TEST_MARK = { name: 'CONTROLROOM_TEST', value: randomUUID() }

/** Makes an empty folder as a real path. The caller deletes it with `removeFolder`; inside a test `tempFolder` does that by itself. */
export const makeFolder = (name = 'test'): string => mkdtempSync(join(realpathSync(tmpdir()), `controlroom-${name}-`))

/** Deletes a folder with all that is in it. Waits for a process that is still writing there. */
export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })

/** Makes an empty folder that is deleted when the running test ends. Call it inside a test or its `beforeEach`. */
export function tempFolder(name?: string): string {
  const folder = makeFolder(name)
  onTestFinished(() => removeFolder(folder))
  return folder
}

/**
 * Fails the test file when a process that it started outlives it. Call it once, at the top of the file.
 *
 * Whatever is found is killed, so that one file's leftovers do not disturb the next. A process has two seconds to vanish: some were told to end
 * but are not waited for.
 */
export function failOnLeftovers(): void {
  process.env[TEST_MARK.name] = TEST_MARK.value
  afterAll(async () => {
    delete process.env[TEST_MARK.name]
    const nobody = () => expect(findMarked(TEST_MARK)).toEqual([])
    const clean = await vi.waitFor(nobody, { timeout: 2_000 }).then(
      () => true,
      () => false,
    )
    if (clean) return
    const left = findMarked(TEST_MARK).map(({ pid }) => `${pid} ${commandLine(pid)}`)
    await killTree({ marker: TEST_MARK }, { clock: systemClock, graceMs: 0 })
    expect(left, 'processes that outlived their test').toEqual([])
  })
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}
