import type { StoreChange } from '../../runs/store-port.ts'
import type { Connection } from './connection.ts'
import { isStorageFault, Refusal, toPlainError } from './faults.ts'
import type { Answer, Call, Reply } from './protocol.ts'
import { WriteContext } from './write-context.ts'
import { durabilityOf, isRepeatable, WRITES } from './writes.ts'

type Keep = (answer: Answer) => void

type Write = (context: WriteContext, ...args: readonly unknown[]) => unknown

const findWrite = (method: string): Write => {
  if (!Object.hasOwn(WRITES, method)) throw new Refusal('INTERNAL', `The store has no write called “${method}”.`)
  return (WRITES as unknown as Record<string, Write>)[method]!
}

interface Done {
  readonly reply: Reply
  readonly change: StoreChange | null
}

/** One call. @throws whatever it throws, with everything it wrote still there */
const perform = (db: Connection, call: Call): Done => {
  const context = new WriteContext(db)
  const value = findWrite(call.method)(context, ...call.args)
  return { reply: { id: call.id, ok: true, value }, change: context.takeChange() }
}

const refuse = (call: Call, error: unknown): Done => ({ reply: { id: call.id, ok: false, error: toPlainError(error) }, change: null })

/** One call among others, undone as a whole when it is refused. A fault of the database is thrown: it leaves nothing certain about the others. */
const performAmong = (db: Connection, call: Call): Done => {
  try {
    return db.nested(() => perform(db, call))
  } catch (error) {
    if (isStorageFault(error) || !db.inTransaction) throw error
    return refuse(call, error)
  }
}

/**
 * Performs calls that arrived together in one transaction, in their order, each one as if it were alone: a refused call changes nothing and
 * harms no other. One commit, and so one wait for the disk, serves them all.
 *
 * When the database itself fails, the calls are tried again one by one, so that only those fail that cannot be stored.
 * What is returned is committed, or refused.
 *
 * @param keep  called inside each transaction that must not be done twice, with everything that will be answered once it is committed
 */
export const performWrites = (db: Connection, calls: readonly Call[], keep: Keep = () => {}): Answer => {
  const done: Done[] = []
  performTogether(db, calls, done, keep)
  return answerOf(done)
}

const answerOf = (done: readonly Done[]): Answer => ({
  changes: done.flatMap(({ change }) => change ?? []),
  replies: done.map(({ reply }) => reply),
})

/** Adds to `done`, which holds what was committed before and is not answered yet. */
const performTogether = (db: Connection, calls: readonly Call[], done: Done[], keep: Keep): void => {
  const durability = calls.some((call) => durabilityOf(call.method, call.args) === 'full') ? 'full' : 'normal'
  const [first, ...others] = calls
  try {
    const more = db.write(durability, () => {
      // A call that is alone needs nothing to be undone to but the start of the transaction.
      const performed = others.length === 0 ? [perform(db, first!)] : calls.map((call) => performAmong(db, call))
      if (calls.some((call) => !isRepeatable(call.method))) keep(answerOf([...done, ...performed]))
      return performed
    })
    done.push(...more)
  } catch (error) {
    if (others.length === 0) done.push(refuse(first!, error))
    else for (const call of calls) performTogether(db, [call], done, keep)
  }
}
