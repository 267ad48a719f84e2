import type { ErrorCode } from '../../../shared/models/index.ts'

/** An error as it crosses a port. `bug` marks what no caller can act on; `stack` then says where it happened. */
export interface PlainError {
  readonly code: ErrorCode
  readonly message: string
  readonly data?: unknown
  readonly stack?: string
}

/** Why the store will not do what it was asked. Its own class, because `AppError` would make every store thread load the schemas. */
export class Refusal extends Error {
  readonly code: ErrorCode
  readonly data?: unknown

  constructor(code: ErrorCode, message: string, data?: unknown) {
    super(message)
    this.name = 'Refusal'
    this.code = code
    this.data = data
  }
}

export const noSuchRun = (runId: string): Refusal => new Refusal('NOT_FOUND', `There is no run ${runId}.`)
export const leaseLost = (): Refusal =>
  new Refusal('LEASE_LOST', 'This attempt no longer holds the run: its lease ended or was taken back. Stop the work and claim again.')

/** What each primary result code of SQLite means for a person. */
const SENTENCES: Readonly<Record<number, string>> = {
  3: 'The database cannot be used: this user may not open it. Check the permissions of the data folder.',
  5: 'The database is busy: another program is writing to it. Close that program or try again in a moment.',
  6: 'The database is busy: another program is writing to it. Close that program or try again in a moment.',
  8: 'The database cannot be written: it is read-only. Check the permissions of the data folder and of the files in it.',
  10: 'The disk reported an error while the database was read or written. Check the disk, then try again.',
  11: 'The database is damaged. Restore a copy of it, or move the file away to start with an empty one.',
  13: 'The disk is full, so nothing more can be stored. Free some space and try again.',
  14: 'The database cannot be opened. Check that the data folder exists and can be written.',
  26: 'The database file is not a database, or it is damaged. Restore a copy of it, or move the file away to start with an empty one.',
}

/** SQLite's primary result code of an error, or null when it did not come from SQLite. */
const sqliteCode = (error: unknown): number | null =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : null

/** Whether the database itself failed, so that nothing can be said about the call. */
export const isStorageFault = (error: unknown): boolean => SENTENCES[sqliteCode(error) ?? -1] !== undefined

/** Turns whatever a store call threw into what may cross a port. */
export const toPlainError = (error: unknown): PlainError => {
  if (error instanceof Refusal) return { code: error.code, message: error.message, data: error.data }
  const code = sqliteCode(error)
  const sentence = SENTENCES[code ?? -1]
  if (sentence) return { code: 'STORE_UNAVAILABLE', message: sentence, data: { sqlite: code, detail: (error as Error).message } }
  const bug = error instanceof Error ? error : new Error(String(error))
  return {
    code: 'INTERNAL',
    message: 'The store made a mistake. The log has the details.',
    data: { detail: bug.message },
    stack: bug.stack,
  }
}
