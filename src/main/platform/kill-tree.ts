import { execFile } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { findMarked, type Mark } from './marks.ts'
import type { Clock } from './ports.ts'
import { isAlive, type ProcessIdentity, type ProcessRow, readProcessTable } from './process-table.ts'

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
 * each again by start time before it is signalled, so a reused pid is never hit. New children are found until none is left. Never this process.
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
  const known = new Map<string, ProcessIdentity>()
  const find = (): ProcessIdentity[] => findTree(target, known)

  let living = find()
  if (living.length === 0) return { how: 'gone', survivors: [] }
  if (signal !== 'SIGKILL') {
    living = await hunt(find, signal, clock, graceMs)
    if (living.length === 0) return { how: 'term', survivors: [] }
  }
  return { how: 'kill', survivors: await hunt(find, 'SIGKILL', clock, PROOF_MS) }
}

/** Signals everything found, once each, until nothing is found any more or the time is over. Returns what still lives. */
async function hunt(find: () => ProcessIdentity[], signal: NodeJS.Signals, clock: Clock, limitMs: number): Promise<ProcessIdentity[]> {
  const deadline = clock.now() + limitMs
  const signalled = new Set<string>()
  let living = find()
  for (let look = 0; living.length > 0; look += 1) {
    for (const identity of living) {
      if (signalled.has(keyOf(identity))) continue
      signalled.add(keyOf(identity))
      send(identity, signal)
      // A stopped process takes no signal but SIGKILL until it goes on.
      if (signal !== 'SIGKILL') send(identity, 'SIGCONT')
    }
    if (clock.now() >= deadline) return find()
    await pause(Math.min(10 + look * 5, 100))
    // The table is read again only when what was known is gone, or it is time to move on: it is the dear part.
    if (!living.some(isAlive) || clock.now() >= deadline) living = find()
  }
  return living
}

/**
 * Collects the living processes of a target.
 *
 * `known` remembers who was found in earlier looks: when a parent ends its children move to pid 1, and only this memory still leads to theirs.
 */
function findTree(target: KillTarget, known: Map<string, ProcessIdentity>): ProcessIdentity[] {
  const table = new Map(readProcessTable().map((row) => [row.pid, row]))
  const found = new Map<number, ProcessRow>()
  const add = (row: ProcessRow | undefined): void => {
    if (row && !row.zombie && row.pid > 1 && row.pid !== process.pid) found.set(row.pid, row)
  }
  const addIdentity = (identity: ProcessIdentity): void => {
    const row = table.get(identity.pid)
    if (row?.startTime === identity.startTime) add(row)
  }

  if (target.identity) {
    addIdentity(target.identity)
    for (const row of table.values()) if (isMember(row, target.identity, table)) add(row)
  }
  for (const identity of known.values()) addIdentity(identity)
  if (target.marker) for (const identity of findMarked(target.marker)) addIdentity(identity)

  const children = Map.groupBy(table.values(), (row) => row.parent)
  // A Map's iteration also visits what is added on the way, so this goes all the way down.
  for (const pid of found.keys()) for (const child of children.get(pid) ?? []) add(child)

  const living = [...found.values()].map(({ pid, startTime }) => ({ pid, startTime }))
  for (const identity of living) known.set(keyOf(identity), identity)
  return living
}

/**
 * Tells whether a process is in the group or session that `leader` founded.
 *
 * The kernel gives no pid out again while a group or session of that number exists. So if the pid now belongs to another process, the leader's
 * group is gone and what has this number now is a stranger's; and nobody is in a group that was founded after his own start.
 */
function isMember(row: ProcessRow, leader: ProcessIdentity, table: ReadonlyMap<number, ProcessRow>): boolean {
  if (leader.pid <= 1 || leader.startTime === null) return false
  if (row.group !== leader.pid && row.session !== leader.pid) return false
  const holder = table.get(leader.pid)
  return holder === undefined || holder.startTime === leader.startTime
}

const keyOf = (identity: ProcessIdentity): string => `${identity.pid}@${identity.startTime}`

/** Signals one process after a last look at its start time. */
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
  for (let look = 0; look < 50 && isAlive(identity); look += 1) await pause(100)
  return { how: 'kill', survivors: isAlive(identity) ? [identity] : [] }
}
