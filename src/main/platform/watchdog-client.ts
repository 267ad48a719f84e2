import { type ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { parse } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from './clock.ts'
import { entryPath } from './entries.ts'
import { type Logger, silentLogger } from './logger.ts'
import { INSTANCE_MARK } from './marks.ts'
import type { Clock } from './ports.ts'
import type { ProcessIdentity } from './process-table.ts'
import { childEnvironment } from './processes.ts'
import type { WatchdogLine } from './watchdog-protocol.ts'

/** The host's line to its watchdog. Each call returns at once. */
export interface Watchdog {
  /** Has a process, with all that comes from it, killed when this process dies. */
  add(identity: ProcessIdentity): void
  /** Takes a process back that has ended. */
  remove(identity: ProcessIdentity): void
  /** Ends the watch without killing anything. */
  close(): void
}

const FIRST_RESTART_MS = 1_000
const LAST_RESTART_MS = 60_000

/**
 * Starts a small separate process that kills what was registered with it, and all that carries `CONTROLROOM_INSTANCE=<instanceId>`, when this
 * process dies, however it dies.
 *
 * It is in a session of its own, does not keep this process alive, and is started again when it ends before its time.
 */
export function startWatchdog(options: { instanceId: string; clock?: Clock; logger?: Logger }): Watchdog {
  const { instanceId, clock = systemClock, logger = silentLogger } = options
  const registered = new Map<string, ProcessIdentity>()
  let child: ChildProcess | null = null
  let closed = false
  let restartMs = FIRST_RESTART_MS
  let cancelRestart: (() => void) | undefined

  const tell = (line: WatchdogLine): void => {
    child?.stdin?.write(`${JSON.stringify(line)}\n`)
  }
  const start = (): void => {
    const started = spawnWatchdog(instanceId)
    const startedAt = clock.now()
    child = started
    const ended = (why: string): void => {
      if (closed || child !== started) return
      child = null
      if (clock.now() - startedAt > LAST_RESTART_MS) restartMs = FIRST_RESTART_MS
      logger.warn(`The watchdog ended before its time (${why}) and starts again in ${restartMs / 1000} s.`)
      cancelRestart = clock.after(restartMs, start)
      restartMs = Math.min(restartMs * 2, LAST_RESTART_MS)
    }
    started.once('error', (error) => ended(error.message))
    started.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`))
    // A broken pipe is no news beside the exit.
    started.stdin?.on('error', () => {})
    for (const identity of registered.values()) tell({ add: identity })
  }

  start()
  return {
    add(identity) {
      registered.set(JSON.stringify(identity), identity)
      tell({ add: identity })
    },
    remove(identity) {
      registered.delete(JSON.stringify(identity))
      tell({ remove: identity })
    },
    close() {
      if (closed) return
      closed = true
      cancelRestart?.()
      tell({ close: true })
      child?.stdin?.end()
    },
  }
}

function spawnWatchdog(instanceId: string): ChildProcess {
  const child = spawn(process.execPath, [fileURLToPath(entryPath('watchdog')), instanceId], {
    // Neither the data folder nor a repository is kept busy by it.
    cwd: parse(process.execPath).root,
    // Electron's binary is Node only when told so. The watchdog must not carry the mark it kills by, nor options meant for the host.
    env: childEnvironment({ ELECTRON_RUN_AS_NODE: '1', [INSTANCE_MARK]: undefined, NODE_OPTIONS: undefined }),
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    windowsHide: true,
  })
  child.unref()
  // A pipe, though its type does not say so; it would keep this process alive.
  if (child.stdin instanceof Socket) child.stdin.unref()
  return child
}
