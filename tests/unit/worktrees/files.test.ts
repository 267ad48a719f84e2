import { chmodSync, existsSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { deleteTree } from '../../../src/main/worktrees/archive.ts'
import { diskSize } from '../../../src/main/worktrees/disk-size.ts'
import { tempFolder } from '../../support/temp.ts'

test('disk use counts every file once, follows no link, and is not guessed when there is too much', async () => {
  const folder = tempFolder()
  const outside = tempFolder()
  writeFileSync(join(outside, 'large'), Buffer.alloc(10_000_000, 1))
  mkdirSync(join(folder, 'a', 'b'), { recursive: true })
  writeFileSync(join(folder, 'a', 'b', 'file'), Buffer.alloc(1_000_000, 1))
  linkSync(join(folder, 'a', 'b', 'file'), join(folder, 'again'))
  symlinkSync(outside, join(folder, 'link'))
  symlinkSync('..', join(folder, 'a', 'loop'))
  const size = await diskSize(folder)
  expect(size).toBeGreaterThanOrEqual(1_000_000)
  expect(size).toBeLessThan(1_200_000)
  expect(await diskSize(folder, 5)).toBeNull()
  expect(await diskSize(join(folder, 'nothing'))).toBeNull()
})

test('a folder is deleted though its folders are read-only, and what its links lead to stays', async () => {
  const folder = join(tempFolder(), 'cache')
  const outside = tempFolder()
  writeFileSync(join(outside, 'keep'), '')
  mkdirSync(join(folder, 'module'), { recursive: true })
  writeFileSync(join(folder, 'module', 'code'), '', { mode: 0o400 })
  symlinkSync(outside, join(folder, 'module', 'link'))
  chmodSync(join(folder, 'module'), 0o500)
  chmodSync(folder, 0o500)
  await deleteTree(folder)
  expect(existsSync(folder)).toBe(false)
  expect(existsSync(join(outside, 'keep'))).toBe(true)
  await deleteTree(folder)
})
