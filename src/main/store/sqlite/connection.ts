import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'

/** What may be bound to a statement. */
export type SqlValue = string | number | null | Uint8Array

/** How much a commit must survive: `full` also a power cut, `normal` the death of the process. */
export type Durability = 'full' | 'normal'

const BUSY_TIMEOUT_MS = 5_000

/**
 * One connection to the database file, with every statement prepared once.
 *
 * Throws what SQLite throws; `toPlainError` turns that into a sentence. Opening makes no file when `readOnly`, and changes nothing in one that exists.
 */
export class Connection {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #durability: Durability | null = null

  constructor(file: string, options: { readOnly?: boolean; busyTimeoutMs?: number } = {}) {
    this.#database = new DatabaseSync(file, {
      readOnly: options.readOnly ?? false,
      timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS,
      enableForeignKeyConstraints: true,
    })
  }

  /** The first row, or undefined. */
  one<T extends object>(sql: string, ...values: SqlValue[]): T | undefined {
    return this.#prepare(sql).get(...(values as SQLInputValue[])) as T | undefined
  }

  all<T extends object>(sql: string, ...values: SqlValue[]): T[] {
    return this.#prepare(sql).all(...(values as SQLInputValue[])) as T[]
  }

  /** Returns how many rows it changed. */
  run(sql: string, ...values: SqlValue[]): number {
    return Number(this.#prepare(sql).run(...(values as SQLInputValue[])).changes)
  }

  /** Runs statements that are not worth keeping, several at once if need be. */
  exec(sql: string): void {
    this.#database.exec(sql)
  }

  /**
   * Runs `work` in a transaction that holds the write lock from its start.
   *
   * In WAL mode a full commit also makes every normal commit before it durable, so one connection with a switch keeps the order of all writes;
   * the switch costs half a microsecond.
   */
  write<T>(durability: Durability, work: () => T): T {
    if (this.#durability !== durability) {
      this.exec(`PRAGMA synchronous = ${durability}`)
      this.#durability = durability
    }
    return this.#transaction('BEGIN IMMEDIATE', work)
  }

  /** Runs `work` on one consistent view of the data. */
  read<T>(work: () => T): T {
    return this.#transaction('BEGIN', work)
  }

  /** Runs `work` so that nothing of it stays when it throws; the transaction around it goes on. */
  nested<T>(work: () => T): T {
    this.run('SAVEPOINT nested')
    try {
      const value = work()
      this.run('RELEASE nested')
      return value
    } catch (error) {
      // A full disk or a broken file has already ended the whole transaction.
      if (this.#database.isTransaction) {
        this.run('ROLLBACK TO nested')
        this.run('RELEASE nested')
      }
      throw error
    }
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction
  }

  /** The text of every statement kept so far: a test asks SQLite for their plans. */
  statements(): string[] {
    return [...this.#statements.keys()]
  }

  /** The last connection to close folds the write-ahead log into the file and removes it. */
  close(): void {
    this.#statements.clear()
    if (this.#database.isOpen) this.#database.close()
  }

  #transaction<T>(begin: string, work: () => T): T {
    this.run(begin)
    try {
      const value = work()
      this.run('COMMIT')
      return value
    } catch (error) {
      if (this.#database.isTransaction) this.run('ROLLBACK')
      throw error
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (!statement) {
      statement = this.#database.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}
