import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { entryPath, resolveEntry } from '../../../src/main/platform/entries.ts'

test('from source an entry is its TypeScript file', () => {
  expect(resolveEntry('store-thread', 'file:///app/src/main/platform/entries.ts').href).toBe('file:///app/src/main/store/sqlite/thread.ts')
  expect(resolveEntry('heartbeat-thread', 'file:///app/src/main/platform/entries.ts').href).toBe(
    'file:///app/src/main/workers/heartbeat-thread.ts',
  )
  expect(existsSync(entryPath('watchdog'))).toBe(true)
})

test('in a build an entry lies in out/main, whether an entry or a chunk asks', () => {
  const asking = ['file:///app/out/main/index.js', 'file:///app/out/main/chunks/entries-a1b2.js']
  expect(asking.map((url) => resolveEntry('watchdog', url).href)).toEqual(asking.map(() => 'file:///app/out/main/watchdog.js'))
})

test('a folder with spaces, or one called chunks, changes nothing', () => {
  expect(resolveEntry('watchdog', 'file:///my%20chunks/chunks/app/out/main/cli.js').href).toBe(
    'file:///my%20chunks/chunks/app/out/main/watchdog.js',
  )
})
