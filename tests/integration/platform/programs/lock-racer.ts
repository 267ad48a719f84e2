/** Tries to lock folders 0, 1, 2 ... of a parent folder, each at its own moment; prints which it got, and keeps them until its stdin ends. */
import { join } from 'node:path'
import { lockDataFolder } from '../../../../src/main/platform/index.ts'
import { isAppError } from '../../../../src/shared/models/errors.ts'

const [parent, startAt, everyMs, rounds] = process.argv.slice(2)
const won: number[] = []
const sleeper = new Int32Array(new SharedArrayBuffer(4))

for (let round = 0; round < Number(rounds); round += 1) {
  const moment = Number(startAt) + round * Number(everyMs)
  Atomics.wait(sleeper, 0, 0, Math.max(moment - Date.now(), 0))
  try {
    lockDataFolder(join(parent!, String(round)))
    won.push(round)
  } catch (error) {
    if (!isAppError(error) || error.code !== 'CONFLICT') throw error
  }
}
process.stdout.write(`${JSON.stringify(won)}\n`)
process.stdin.resume()
