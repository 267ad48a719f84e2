import type { StoreChange } from '../../runs/store-port.ts'
import type { Connection } from './connection.ts'
import { isStorageFault, Refusal, toPlainError } from './faults.ts'
import type { Answer, Call, Reply } from './protocol.ts'
import { WriteContext } from './write-context.ts'
import { durabilityOf, WRITES } from './writes.ts'

type Write = (context: WriteContext, ...args: readonly unknown[]) => unknown

const findWrite = (method: string): Write => {
  if (!Object.hasOwn(WRITES, method)) throw new Refusal('INTERNAL', `The store has no write called “${method}”.`)
  return (WRITES as unknown as Record<string, Write>)[method]!
}

/** One call, undone as a whole when it throws. Only a fault of the database reaches the caller: then nothing can be said about the others either. */
const perform = (db: Connection, call: Call, changes: StoreChange[]): Reply => {
  try {
    const context = new WriteContext(db)
    const { value, change } = db.nested(() => {
      const value = findWrite(call.method)(context, ...call.args)
      return { value, change: context.takeChange() }
    })
    if (change) changes.push(change)
    return { id: call.id, ok: true, value }
  } catch (error) {
    if (isStorageFault(error) || !db.inTransaction) throw error
    return { id: call.id, ok: false, error: toPlainError(error) }
  }
}

/**
 * Performs calls that arrived together in one transaction, in their order, each one as if it were alone: a refused call changes nothing and
 * harms no other. One commit, and so one wait for the disk, serves them all.
 *
 * When the database itself fails, the calls are tried again one by one, so that only those fail that cannot be stored.
 * What is returned is committed, or refused.
 */
export const performWrites = (db: Connection, calls: readonly Call[]): Answer => {
  const durability = calls.some((call) => durabilityOf(call.method, call.args) === 'full') ? 'full' : 'normal'
  try {
    const changes: StoreChange[] = []
    const replies = db.write(durability, () => calls.map((call) => perform(db, call, changes)))
    return { changes, replies }
  } catch (error) {
    if (calls.length === 1) return { changes: [], replies: [{ id: calls[0]!.id, ok: false, error: toPlainError(error) }] }
    const answers = calls.map((call) => performWrites(db, [call]))
    return { changes: answers.flatMap((answer) => answer.changes), replies: answers.flatMap((answer) => answer.replies) }
  }
}
