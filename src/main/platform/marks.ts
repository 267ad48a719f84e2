import { readFileSync } from 'node:fs'
import { listPids, type ProcessIdentity, processIdentity, ps, readProcess } from './process-table.ts'

/** An environment variable that children inherit, and by which they are found wherever they went. */
export interface Mark {
  readonly name: string
  readonly value: string
}

/** Carried by every child process of a host; its value is the host's instance id. */
export const INSTANCE_MARK = 'CONTROLROOM_INSTANCE'

/**
 * Finds the running processes that were started with an environment variable of this value.
 *
 * It finds what left its group, session and parent (`setsid`, double fork), but not what cleaned its environment. This process is never among them.
 * Other users' processes cannot be read; on macOS neither can the system's own programs; on Windows nothing is found.
 */
export function findMarked(mark: Mark): ProcessIdentity[] {
  if (process.platform === 'win32' || mark.value === '') return []
  return process.platform === 'linux' ? findInProc(mark) : findWithPs(mark)
}

function findInProc(mark: Mark): ProcessIdentity[] {
  const entry = Buffer.from(`\0${mark.name}=${mark.value}\0`)
  const found: ProcessIdentity[] = []
  for (const pid of listPids()) {
    if (pid === process.pid || pid === 1) continue
    // The start time is read first: a pid that changes hands in between then matches nothing.
    const row = readProcess(pid)
    if (!row || row.zombie) continue
    const environment = readEnvironment(pid)
    if (environment && (environment.includes(entry) || environment.subarray(0, entry.length - 1).equals(entry.subarray(1)))) {
      found.push({ pid, startTime: row.startTime })
    }
  }
  return found
}

function readEnvironment(pid: number): Buffer | null {
  try {
    return readFileSync(`/proc/${pid}/environ`)
  } catch {
    return null
  }
}

function findWithPs(mark: Mark): ProcessIdentity[] {
  const entry = ` ${mark.name}=${mark.value} `
  return ps(['-axEww', '-o', 'pid=,command='])
    .split('\n')
    .filter((line) => `${line} `.includes(entry))
    .map((line) => Number.parseInt(line, 10))
    .filter((pid) => pid > 1 && pid !== process.pid)
    .map(processIdentity)
    .filter((identity) => identity !== null)
}
