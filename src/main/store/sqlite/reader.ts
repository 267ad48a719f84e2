import type { Connection } from './connection.ts'
import { Refusal, toPlainError } from './faults.ts'
import type { Answer, Call } from './protocol.ts'
import { READS } from './reads.ts'

type Read = (db: Connection, ...args: readonly unknown[]) => unknown

const findRead = (method: string): Read => {
  if (!Object.hasOwn(READS, method)) throw new Refusal('INTERNAL', `The store has no read called “${method}”.`)
  return (READS as unknown as Record<string, Read>)[method]!
}

/** Answers one call from one consistent view of the data. */
export const performRead = (db: Connection, call: Call): Answer => {
  try {
    const value = db.read(() => findRead(call.method)(db, ...call.args))
    return { changes: [], replies: [{ id: call.id, ok: true, value }] }
  } catch (error) {
    return { changes: [], replies: [{ id: call.id, ok: false, error: toPlainError(error) }] }
  }
}
