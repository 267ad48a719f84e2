import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { openSqliteStore } from '../../src/main/store/sqlite/index.ts'
import { seed } from '../support/sequences.ts'
import { tempFolder } from '../support/temp.ts'
import { T } from './store-suite/harness.ts'

const ROUNDS = 8

/** Small and good enough to choose moments; the same seed chooses the same ones. */
const createRandom = (state: number) => () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return state / 2 ** 32
}

/** Lets a writer work until it has confirmed `lines` things, then kills it in the middle of whatever it is doing. */
const workUntilKilled = async (file: string, instanceId: string, lines: number): Promise<string[]> => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'store-crash-writer.ts'), file, instanceId], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const exited = once(child, 'exit')
  const confirmed: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    confirmed.push(line)
    if (confirmed.length === lines) child.kill('SIGKILL')
  }
  expect((await exited)[1]).toBe('SIGKILL')
  return confirmed
}

const check = (file: string): void => {
  const db = new DatabaseSync(file)
  expect(db.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  expect(db.prepare('PRAGMA foreign_key_check').all()).toEqual([])
  expect(
    db
      .prepare(
        `SELECT name FROM lanes WHERE queued <> (SELECT count(*) FROM runs WHERE lane = name AND status = 'queued')
           OR running <> (SELECT count(*) FROM runs WHERE lane = name AND attempt_id IS NOT NULL)`,
      )
      .all(),
  ).toEqual([])
  expect(db.prepare('SELECT run_id FROM run_events GROUP BY run_id HAVING max(seq) <> count(*) OR min(seq) <> 1').all()).toEqual([])
  expect(db.prepare('SELECT id FROM runs WHERE last_seq <> (SELECT count(*) FROM run_events WHERE run_id = runs.id)').all()).toEqual([])
  db.close()
}

test(`a host killed at any moment loses nothing that it was told is stored (seed ${seed})`, async () => {
  const file = join(tempFolder('crash'), 'queue.db')
  const random = createRandom(seed)
  const completed = new Set<string>()
  for (let round = 0; round < ROUNDS; round++) {
    const instanceId = `i${round}`
    const confirmed = await workUntilKilled(file, instanceId, 1 + Math.floor(random() * 80))

    const store = await openSqliteStore({ file })
    const logged = new Map<string, number>()
    for (const line of confirmed) {
      const [what, id] = line.split(' ') as [string, string]
      const run = await store.get(id)
      expect(run, line).not.toBeNull()
      if (what === 'completed') {
        expect(run?.status, line).toBe('succeeded')
        expect(completed.has(id), `${id} was completed twice`).toBe(false)
        completed.add(id)
      }
      if (what === 'logged') logged.set(id, (logged.get(id) ?? 0) + 2)
    }
    for (const [id, count] of logged) {
      const events = await store.events(id, 0, 1_000)
      expect(events.filter((event) => event.kind === 'log').length, `log of ${id}`).toBeGreaterThanOrEqual(count)
    }
    await store.rescue([instanceId], T)
    expect(await store.withStatus(['running'])).toEqual([])
    await store.close()
    check(file)
  }
  expect(completed.size).toBeGreaterThan(0)
})
