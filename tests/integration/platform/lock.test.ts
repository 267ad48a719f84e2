import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { killTree, lockDataFolder, startProcess, systemClock } from '../../../src/main/platform/index.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'
import { createMark } from './children.ts'

failOnLeftovers()

const RACER = fileURLToPath(new URL('./programs/lock-racer.ts', import.meta.url))
const DEAD = JSON.stringify({ pid: 2 ** 22, startTime: '1.00000000', id: 'dead' })

/** The name that only the successor of a lock with this content can make. */
const successorOf = (lock: string, content: string) => `${lock}.after-${createHash('sha256').update(content).digest('hex').slice(0, 16)}`

test('a folder is locked until it is released, and released only once', () => {
  const folder = join(tempFolder(), 'new', 'data')
  const lock = lockDataFolder(folder)
  expect(() => lockDataFolder(folder)).toThrow(
    expect.objectContaining({
      code: 'CONFLICT',
      message: `Another Ops Control Room (process ${process.pid}) is using ${folder}; stop it or choose another --data-dir.`,
    }),
  )
  lock.release()
  const next = lockDataFolder(folder)
  lock.release()
  expect(() => lockDataFolder(folder)).toThrow('is using')
  next.release()
  expect(readdirSync(folder)).toEqual([])
})

test('the lock of a process that was killed is taken over', async () => {
  const parent = tempFolder()
  const mark = createMark()
  const { holder, won } = await race(parent, 1, 1, mark)
  expect(won).toEqual([[0]])
  expect(() => lockDataFolder(join(parent, '0'))).toThrow(`(process ${holder.pid})`)
  process.kill(holder.pid, 'SIGKILL')
  await holder.exited
  lockDataFolder(join(parent, '0')).release()
})

test.each([
  ['is empty', ''],
  ['is no JSON', '{"pid":12'],
  ['names no process', '{"pid":"1"}'],
  ['names this pid in another life', JSON.stringify({ pid: process.pid, startTime: '1.00000000' })],
])('a lock that %s is taken over', (_, content) => {
  const folder = tempFolder()
  writeFileSync(join(folder, 'host.lock'), content)
  lockDataFolder(folder).release()
  expect(existsSync(join(folder, 'host.lock'))).toBe(false)
})

test('a successor that died before it was done is succeeded in its turn', () => {
  const folder = tempFolder()
  const path = join(folder, 'host.lock')
  const alsoDead = DEAD.replace('dead', 'also dead')
  writeFileSync(path, DEAD)
  writeFileSync(successorOf(path, DEAD), alsoDead)
  lockDataFolder(folder)
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid })
  expect(() => lockDataFolder(folder)).toThrow('is using')
})

test('a living successor that is not done yet has the folder', () => {
  const folder = tempFolder()
  const path = join(folder, 'host.lock')
  lockDataFolder(folder)
  const living = readFileSync(path, 'utf8')
  writeFileSync(path, DEAD)
  writeFileSync(successorOf(path, DEAD), living)
  expect(() => lockDataFolder(folder)).toThrow(`(process ${process.pid}) is using`)
})

test('of ten processes that start at once exactly one gets the folder, be it free or left behind', async () => {
  const parent = tempFolder()
  const rounds = 24
  for (let round = 0; round < rounds; round += 1) {
    const folder = join(parent, String(round))
    mkdirSync(folder)
    if (round % 3 > 0) writeFileSync(join(folder, 'host.lock'), DEAD)
    if (round % 3 > 1) writeFileSync(successorOf(join(folder, 'host.lock'), DEAD), DEAD.replace('dead', 'also dead'))
  }
  const { won } = await race(parent, 10, rounds, createMark())
  expect(won.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: rounds }, (_, round) => round))
})

/** Starts processes that try to lock the same folders at the same moments; returns what each got. All hold their locks until the test ends. */
async function race(parent: string, racers: number, rounds: number, mark: ReturnType<typeof createMark>) {
  // Late enough for all of them to have started; a machine that is slower makes the race less close, not the test wrong.
  const startAt = Date.now() + (racers === 1 ? 0 : 1_500)
  const children = Array.from({ length: racers }, () =>
    startProcess({
      command: process.execPath,
      args: [RACER, parent, String(startAt), '40', String(rounds)],
      stdin: 'pipe',
      env: { [mark.name]: mark.value },
    }),
  )
  const won = await Promise.all(
    children.map(async (child): Promise<number[]> => {
      const errors: Buffer[] = []
      child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
      for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line)
      throw new Error(`A racer ended: ${Buffer.concat(errors)}`)
    }),
  )
  if (racers > 1) await killTree({ marker: mark }, { clock: systemClock, graceMs: 0 })
  return { won, holder: children[0]! }
}
