/**
 * The program of a store thread: the writer or the reader.
 *
 * Its imports are kept few (no schemas, no logger): both threads start before anything of the app can be shown.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { MIGRATIONS } from '../migrations/index.ts'
import { Connection } from './connection.ts'
import { checkAfterCrash, wasLeftOpen } from './crash-check.ts'
import { toPlainError } from './faults.ts'
import { forgetAnswers, keepAnswer } from './last-answer.ts'
import { type MigrationReport, migrate } from './migrate.ts'
import type { Answer, Call, Message, Ready, ThreadData } from './protocol.ts'
import { performRead } from './reader.ts'
import { performWrites } from './writer.ts'

/** Calls that one commit serves at most: more would make the first of them wait for the last. */
const GROUP = 64

const main = parentPort!
const { role, file, life, ofProcess } = workerData as ThreadData

const open = (): { db: Connection; migration: MigrationReport | null } => {
  const leftOpen = role === 'writer' && wasLeftOpen(file)
  const db = new Connection(file, { readOnly: role === 'reader' })
  try {
    if (leftOpen) checkAfterCrash(db, file)
    if (role === 'reader') return { db, migration: null }
    const migration = migrate(db, file, MIGRATIONS)
    db.write('normal', () => forgetAnswers(db, ofProcess))
    return { db, migration }
  } catch (error) {
    db.close()
    throw error
  }
}

const serve = (db: Connection): void => {
  const waiting: { readonly port: MessagePort; readonly call: Call }[] = []
  const others = new Set<MessagePort>()
  let planned = false

  /** Changes first, then replies, each to the port that asked. */
  const post = (group: readonly { port: MessagePort; call: Call }[], { changes, replies }: Answer): void => {
    const byPort = new Map<MessagePort, Answer['replies'][number][]>([[main, []]])
    for (const [index, reply] of replies.entries()) {
      const { port } = group[index]!
      byPort.set(port, [...(byPort.get(port) ?? []), reply])
    }
    for (const [port, own] of byPort) {
      if (port !== main) port.postMessage({ changes: [], replies: own } satisfies Answer)
      else if (changes.length + own.length > 0) port.postMessage({ changes, replies: own } satisfies Answer)
    }
  }

  /** What goes to other ports is asked again by whoever has one, and ids are each port's own. */
  const keep = (group: readonly { port: MessagePort }[], { changes, replies }: Answer): void => {
    keepAnswer(db, life, { changes, replies: replies.filter((_, index) => group[index]!.port === main) })
  }

  const work = (): void => {
    planned = false
    const group = waiting.splice(0, role === 'writer' ? GROUP : 1)
    if (group.length === 0) return
    const calls = group.map(({ call }) => call)
    post(group, role === 'writer' ? performWrites(db, calls, (answer) => keep(group, answer)) : performRead(db, calls[0]!))
    plan()
  }

  /** Everything that has arrived by now is taken together; what comes meanwhile makes the next group. */
  const plan = (): void => {
    if (planned || waiting.length === 0) return
    planned = true
    setImmediate(work)
  }

  const close = (): void => {
    while (waiting.length > 0) work()
    db.close()
    for (const port of others) port.close()
    main.close()
  }

  const listen = (port: MessagePort): void => {
    port.on('message', (message: Message) => {
      if ('open' in message) return
      if ('connect' in message) {
        others.add(message.connect)
        message.connect.on('close', () => others.delete(message.connect))
        listen(message.connect)
      } else if ('close' in message) {
        close()
      } else {
        for (const call of [message].flat() as Call[]) waiting.push({ port, call })
        plan()
      }
    })
  }
  listen(main)
}

main.once('message', () => {
  try {
    const { db, migration } = open()
    serve(db)
    main.postMessage({ ready: true, migration } satisfies Ready)
  } catch (error) {
    main.postMessage({ ready: false, error: toPlainError(error) } satisfies Ready)
    main.close()
  }
})
