import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/**
 * A process, told apart from a later one with the same pid.
 *
 * `startTime` is what the kernel says, as text to compare and nothing else: clock ticks and boot on Linux, a date on macOS, null on Windows.
 * It can be stored: after a restart of the machine it matches nothing. Where start times are known, an identity without one matches nothing either.
 */
export interface ProcessIdentity {
  pid: number
  startTime: string | null
}

/** One line of the process table. `session` is 0 where the system does not tell. A zombie has ended and waits for its parent to notice. */
export interface ProcessRow extends ProcessIdentity {
  readonly parent: number
  readonly group: number
  readonly session: number
  readonly zombie: boolean
}

const isLinux = process.platform === 'linux'
const isWindows = process.platform === 'win32'

let boot: string | undefined

/** Part of the start time: ticks count from the machine's start, and two starts count alike. */
function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)
  return boot
}

/** Reads one `/proc/<pid>/stat` line. The name, in brackets, may hold anything, also brackets: the fields start after the last one. */
export function parseStat(stat: string, boot: string): ProcessRow | null {
  const end = stat.lastIndexOf(')')
  const fields = stat.slice(end + 2).split(' ')
  const [state, parent, group, session] = fields
  const ticks = fields[19]
  if (end < 0 || !state || ticks === undefined) return null
  return {
    pid: Number.parseInt(stat, 10),
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    zombie: state === 'Z' || state === 'X',
    startTime: `${ticks}.${boot}`,
  }
}

/** One `-o` for each field: after a `=`, some systems take the rest of the argument as a headline. */
export const PS_FIELDS = ['pid=', 'ppid=', 'pgid=', 'stat=', 'lstart='].flatMap((field) => ['-o', field])

/** Reads one line of `ps` with `PS_FIELDS`. */
export function parsePsLine(line: string): ProcessRow | null {
  const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S.*\S)\s*$/.exec(line)
  if (!match) return null
  const [, pid, parent, group, state, started] = match
  return { pid: Number(pid), parent: Number(parent), group: Number(group), session: 0, zombie: state!.startsWith('Z'), startTime: started! }
}

/** Runs `ps` with dates in one language and time zone, so that start times compare as text. */
export function ps(args: readonly string[]): string {
  try {
    return execFileSync('ps', args, {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    return '' // `ps` exits with 1 when nothing matches
  }
}

/** Looks one process up; null when there is none, or on Windows. A zombie is found. */
export function readProcess(pid: number): ProcessRow | null {
  if (!Number.isInteger(pid) || pid <= 0 || isWindows) return null
  if (!isLinux) return parsePsLine(ps([...PS_FIELDS, '-p', String(pid)]).trimEnd())
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'), bootId())
  } catch {
    return null
  }
}

/** Reads the whole process table; empty on Windows. On Linux about 15 microseconds for each process of the machine. */
export function readProcessTable(): ProcessRow[] {
  if (isWindows) return []
  const rows = isLinux
    ? readdirSync('/proc').map((name) => (/^\d+$/.test(name) ? readProcess(Number(name)) : null))
    : ps(['-ax', ...PS_FIELDS])
        .split('\n')
        .map(parsePsLine)
  return rows.filter((row) => row !== null)
}

/** Names a running process, or one that has just ended and is not yet collected; null when there is none. */
export function processIdentity(pid: number): ProcessIdentity | null {
  if (isWindows) return answers(pid) ? { pid, startTime: null } : null
  const row = readProcess(pid)
  return row && { pid: row.pid, startTime: row.startTime }
}

/** Tells whether this very process still runs. False for a zombie, and when the pid now belongs to another process. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (isWindows) return answers(identity.pid)
  const row = readProcess(identity.pid)
  return row !== null && !row.zombie && row.startTime === identity.startTime
}

function answers(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
