import { readFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type ProcessRow, ps, readProcessTable } from './process-table.ts'

/** An environment variable that children inherit, and by which they are found wherever they went. */
export interface Mark {
  readonly name: string
  readonly value: string
}

/** The machine's processes at one moment, by pid, and who among them carries a mark. */
export interface ProcessSnapshot {
  readonly rows: ReadonlyMap<number, ProcessRow>
  /** The running processes that were started with this mark; environments are read at the first call and kept. */
  marked(mark: Mark): ProcessRow[]
}

/** Looks at all processes now. */
export function takeSnapshot(): ProcessSnapshot {
  const rows = new Map(readProcessTable().map((row) => [row.pid, row]))
  let environments: Map<number, Buffer> | undefined
  return {
    rows,
    marked(mark) {
      if (mark.value === '') return []
      environments ??= process.platform === 'linux' ? readFromProc(rows) : readFromPs()
      const entry = entryOf(mark)
      const found: ProcessRow[] = []
      for (const [pid, environment] of environments) {
        const row = rows.get(pid)
        if (row && !row.zombie && environment.includes(entry)) found.push(row)
      }
      return found
    },
  }
}

let upcoming: Promise<ProcessSnapshot> | undefined

/** Looks at all processes soon. Whoever asks in the same turn of the loop shares one look, which begins after the last of them asked. */
export function freshSnapshot(): Promise<ProcessSnapshot> {
  upcoming ??= nextTurn().then(() => {
    upcoming = undefined
    return takeSnapshot()
  })
  return upcoming
}

const isLinux = process.platform === 'linux'

/** Variables are told apart by NUL on Linux, by a space in what `ps` prints; both maps below put one at either end. */
const entryOf = (mark: Mark): string => (isLinux ? `\0${mark.name}=${mark.value}\0` : ` ${mark.name}=${mark.value} `)

function readFromProc(rows: ReadonlyMap<number, ProcessRow>): Map<number, Buffer> {
  const environments = new Map<number, Buffer>()
  for (const pid of rows.keys()) {
    try {
      environments.set(pid, Buffer.concat([Buffer.from('\0'), readFileSync(`/proc/${pid}/environ`), Buffer.from('\0')]))
    } catch {
      // It has ended, or belongs to another user.
    }
  }
  return environments
}

function readFromPs(): Map<number, Buffer> {
  if (process.platform === 'win32') return new Map()
  const lines = ps(['-axEww', '-o', 'pid=', '-o', 'command=']).split('\n')
  return new Map(lines.map((line) => [Number.parseInt(line, 10), Buffer.from(`${line} `)]))
}
