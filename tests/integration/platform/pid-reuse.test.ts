import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../../../src/main/platform/index.ts'
import { failOnLeftovers } from '../../support/temp.ts'

failOnLeftovers()

/** Starts a command as the first process of a pid namespace of its own, in which numbers can be chosen. */
const inNamespace = (...command: string[]) => {
  const asRoot = process.geteuid?.() === 0 ? [] : ['--map-root-user']
  return run('unshare', [...asRoot, '--pid', '--fork', '--kill-child', '--mount-proc', ...command], { timeoutMs: 90_000 })
}

/** Why numbers cannot be chosen on this machine; null when they can. */
async function whyNot(): Promise<string | null> {
  if (process.platform !== 'linux') return 'only Linux lets a process choose the next number'
  const tried = await inNamespace('bash', '-c', 'echo 400 > /proc/sys/kernel/ns_last_pid').catch((error: Error) => ({
    code: 1,
    stderr: error.message,
  }))
  return tried.code === 0 ? null : tried.stderr.trim()
}

test('an innocent process that has the number of a recorded one is left alone by everything that ends recorded processes', async () => {
  const reason = await whyNot()
  if (reason !== null) {
    process.stderr.write(`A number cannot be given out again here (${reason}): the made-up records of kill-tree.test.ts stand in for it.\n`)
    return
  }
  const { code, stdout, stderr } = await inNamespace(process.execPath, join(import.meta.dirname, 'programs/pid-reuse.ts'))
  expect([code, stderr]).toEqual([0, ''])
  const innocent = { number: true, process: false, recordedLives: false, lives: true }
  expect(JSON.parse(stdout)).toEqual({
    'a kill of a tree': { ...innocent, said: { how: 'gone', survivors: [] } },
    'a kill of a tree by SIGKILL': { ...innocent, said: { how: 'gone', survivors: [] } },
    'a watchdog whose host died': { ...innocent, said: 'the guarded process is gone' },
    'the reaper of servers that a dead host left': { ...innocent, said: false },
    'the start after a host that died': { ...innocent, said: true },
    'the lock of a data folder': { ...innocent, said: 'taken' },
  })
})
