import { statSync } from 'node:fs'
import type { Connection } from './connection.ts'
import { Refusal } from './faults.ts'

/** Checking costs some milliseconds for each megabyte; a larger file would keep a person waiting, and shows its damage when it is used. */
const CHECKED_UP_TO_BYTES = 64 * 1024 * 1024

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

/** Whether the last user of the file died: a clean end folds the write-ahead log into the file. Ask before opening it. */
export const wasLeftOpen = (file: string): boolean => sizeOf(`${file}-wal`) > 0

/** Looks through a file whose last user died. SQLite survives that; a failing disk may not. @throws Refusal STORE_UNAVAILABLE */
export const checkAfterCrash = (db: Connection, file: string): void => {
  if (sizeOf(file) > CHECKED_UP_TO_BYTES) return
  const [first] = db.all<{ quick_check: string }>('PRAGMA quick_check(1)')
  if (first?.quick_check === 'ok') return
  throw new Refusal(
    'STORE_UNAVAILABLE',
    'The database is damaged. Restore a copy of it, or move the file away to start with an empty one.',
    {
      detail: first?.quick_check,
    },
  )
}
