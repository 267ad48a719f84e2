import { deserialize, serialize } from 'node:v8'
import { Connection } from './connection.ts'
import type { Answer } from './protocol.ts'

/**
 * What a writer answered last, written with what it answers.
 *
 * A thread may die between its commit and its answer. Only the newest transaction can be in that doubt, for a writer does one after the other and what
 * it has posted arrives. So one row for each life of a writer says for every call whether it is stored, and what it brought.
 */
const KEEP = `INSERT INTO last_answers (life, answer) VALUES (?, ?) ON CONFLICT (life) DO UPDATE SET answer = excluded.answer`

/** To be called inside the transaction whose calls are answered. */
export const keepAnswer = (db: Connection, life: string, answer: Answer): void => {
  db.run(KEEP, life, serialize(answer))
}

/**
 * For the start of a life: nobody waits any more for what was asked of another process. One of this process may still be on its way out.
 *
 * @param ofProcess how the lives of this process begin
 */
export const forgetAnswers = (db: Connection, ofProcess: string): void => {
  db.run('DELETE FROM last_answers WHERE substr(life, 1, length(?)) <> ?', ofProcess, ofProcess)
}

/**
 * Reads what a writer that is gone for certain answered last; null when it never got that far.
 *
 * On a connection of its own, because it must not depend on the other thread: a row or two by their key, and only after a death.
 */
export const readLastAnswer = (file: string, life: string): Answer | null => {
  const db = new Connection(file, { readOnly: true })
  try {
    const row = db.one<{ answer: Uint8Array }>('SELECT answer FROM last_answers WHERE life = ?', life)
    return row ? (deserialize(row.answer) as Answer) : null
  } finally {
    db.close()
  }
}
