import { execFile } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from './ports.ts'
import { freshSnapshot, type Mark, type ProcessSnapshot } from './process-snapshot.ts'
import { isAlive, type ProcessIdentity, type ProcessRow } from './process-table.ts'

/** What to kill: a process with all that comes from it, everything that carries a mark, or both. */
export interface KillTarget {
  readonly identity?: ProcessIdentity
  readonly marker?: Mark
}

/** `gone`: nothing was left to kill. `survivors` is empty unless the system would not let go of a process (a hung disk, another user's). */
export interface KillReport {
  readonly how: 'gone' | 'term' | 'kill'
  readonly survivors: ProcessIdentity[]
}

export const DEFAULT_GRACE_MS = 5_000

/** How long a process may take to vanish after SIGKILL before it is reported as a survivor. */
const PROOF_MS = 5_000

/**
 * Ends a process tree and proves that it is gone: `signal` (SIGTERM), after `graceMs` SIGKILL, then a look at the whole process table.
 *
 * Found are the process itself, its group and session (also when the process has ended before), its descendants, and whatever carries `marker`;
 * each is known by its start time, so a reused pid is never hit. New children are found until none is left. Never this process.
 * What left group, session and parent and carries no mark cannot be found. On Windows it is `taskkill /T /F`, at once.
 *
 * The grace runs on `clock`; the look-outs in between are real time and keep this process alive until the kill has ended. Never rejects; may be
 * called again, also at the same time.
 */
export async function killTree(
  target: KillTarget,
  options: { clock: Clock; graceMs?: number; signal?: NodeJS.Signals },
): Promise<KillReport> {
  if (process.platform === 'win32') return killOnWindows(target)
  const { clock, graceMs = DEFAULT_GRACE_MS, signal = 'SIGTERM' } = options
  const known = new Map<string, ProcessRow>()
  const look = async (): Promise<ProcessRow[]> => findTree(target, known, await freshSnapshot())

  let living = await look()
  if (living.length === 0) return { how: 'gone', survivors: [] }
  if (signal !== 'SIGKILL') {
    living = await hunt(living, look, signal, clock, graceMs)
    if (living.length === 0) return { how: 'term', survivors: [] }
  }
  living = await hunt(living, look, 'SIGKILL', clock, PROOF_MS)
  return { how: 'kill', survivors: living.map(({ pid, startTime }) => ({ pid, startTime })) }
}

/** Signals each process once, also those that appear later, until none is left or the time is over. Returns what still lives. */
async function hunt(
  first: ProcessRow[],
  look: () => Promise<ProcessRow[]>,
  signal: NodeJS.Signals,
  clock: Clock,
  limitMs: number,
): Promise<ProcessRow[]> {
  const deadline = clock.now() + limitMs
  const signalled = new Set<string>()
  let living = first
  for (let round = 0; living.length > 0; round += 1) {
    for (const row of living) {
      if (signalled.has(keyOf(row))) continue
      signalled.add(keyOf(row))
      send(row, signal)
      // A stopped process takes no signal but SIGKILL until it goes on.
      if (signal !== 'SIGKILL') send(row, 'SIGCONT')
    }
    if (clock.now() >= deadline) return look()
    await pause(Math.min(10 + round * 5, 100))
    // The whole table is dear: it is read when those known are gone, or before moving on.
    if (!living.some(isAlive)) living = await look()
  }
  return living
}

/**
 * Picks the living processes of a target.
 *
 * `known` remembers who was found in earlier looks: when a parent ends its children move to pid 1, and only this memory still leads to theirs.
 */
function findTree(target: KillTarget, known: Map<string, ProcessRow>, { rows, marked }: ProcessSnapshot): ProcessRow[] {
  const found = new Map<number, ProcessRow>()
  const add = (row: ProcessRow | undefined): void => {
    if (row && !row.zombie && row.pid > 1 && row.pid !== process.pid) found.set(row.pid, row)
  }
  const addIdentity = ({ pid, startTime }: ProcessIdentity): void => {
    const row = rows.get(pid)
    if (row?.startTime === startTime) add(row)
  }

  if (target.identity) {
    addIdentity(target.identity)
    for (const row of rows.values()) if (isMember(row, target.identity, rows)) add(row)
  }
  for (const row of known.values()) addIdentity(row)
  if (target.marker) for (const row of marked(target.marker)) add(row)

  const children = Map.groupBy(rows.values(), (row) => row.parent)
  // A Map's iteration also visits what is added on the way, so this goes all the way down.
  for (const pid of found.keys()) for (const child of children.get(pid) ?? []) add(child)

  for (const row of found.values()) known.set(keyOf(row), row)
  return [...found.values()]
}

/**
 * Tells whether a process is in the group or session that `leader` founded.
 *
 * The kernel gives no pid out again while a group or session of that number exists. So if the pid now belongs to another process, the leader's
 * group is gone, and what has this number is a stranger's.
 */
function isMember(row: ProcessRow, leader: ProcessIdentity, rows: ReadonlyMap<number, ProcessRow>): boolean {
  if (leader.pid <= 1 || leader.startTime === null) return false
  if (row.group !== leader.pid && row.session !== leader.pid) return false
  const holder = rows.get(leader.pid)
  return holder === undefined || holder.startTime === leader.startTime
}

const keyOf = (identity: ProcessIdentity): string => `${identity.pid}@${identity.startTime}`

/**
 * Signals one process after a last look at its start time.
 *
 * One by one and not `kill(-group)`: a group can hold this very process, or a stranger's once its founder is gone, and a process that got the same
 * SIGTERM twice may take the second as "at once". Whoever was forked meanwhile is found by the next look.
 */
function send(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return
  try {
    process.kill(identity.pid, signal)
  } catch {
    // Ended in between, or not ours to signal: the next look tells which.
  }
}

/** Windows ends a tree by its root only, and by force: what outlived its root is not found. */
async function killOnWindows({ identity }: KillTarget): Promise<KillReport> {
  if (!identity || !isAlive(identity)) return { how: 'gone', survivors: [] }
  await new Promise<void>((resolve) => execFile('taskkill', ['/pid', String(identity.pid), '/T', '/F'], () => resolve()))
  for (let round = 0; round < 50 && isAlive(identity); round += 1) await pause(100)
  return { how: 'kill', survivors: isAlive(identity) ? [identity] : [] }
}
