import { type ChildProcess, spawn } from 'node:child_process'
import { Readable, type Writable } from 'node:stream'
import { type ProcessIdentity, processIdentity } from './process-table.ts'

/** How a process ended: `code` or `signal`, or `error` when it could not be started. */
export interface ProcessExit {
  readonly code: number | null
  readonly signal: string | null
  readonly error?: Error
}

/** What to start. `env` is laid over this process's environment; an undefined value takes a variable away. */
export interface ProcessSpec {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly stdin?: 'ignore' | 'pipe'
}

/**
 * A child process in a group and session of its own.
 *
 * The owner reads or resumes both outputs (a full pipe stops the child) and ends it with `killTree`. `exited` never rejects; it resolves when the
 * process ends, while output may still be on its way and descendants may live on. `pid` is 0 when it could not be started.
 */
export interface ChildHandle {
  readonly pid: number
  readonly identity: ProcessIdentity
  readonly stdin: Writable | null
  readonly stdout: Readable
  readonly stderr: Readable
  readonly exited: Promise<ProcessExit>
}

/** Lays changes over this process's environment; an undefined value takes a variable away. */
export function childEnvironment(changes: Readonly<Record<string, string | undefined>> = {}): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, ...changes }
  for (const [name, value] of Object.entries(changes)) if (value === undefined) delete env[name]
  return env
}

/** Starts a child in its own process group. Its stdin is closed unless asked for. Returns at once; a failed start shows in `exited`. */
export function startProcess(spec: ProcessSpec): ChildHandle {
  let child: ChildProcess
  try {
    child = spawn(spec.command, [...spec.args], {
      cwd: spec.cwd,
      env: childEnvironment(spec.env),
      stdio: [spec.stdin ?? 'ignore', 'pipe', 'pipe'],
      // A group of its own, so that a signal reaches all of it and a Ctrl-C in the host's terminal none of it. On Windows this would open a console.
      detached: process.platform !== 'win32',
      windowsHide: true,
    })
  } catch (error) {
    // Node reports most failed starts by an event, but throws for some: arguments that are too long, a NUL in a path.
    return unstarted(error as Error)
  }
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error }))
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  // Writing to a child that has ended is no news beside its exit.
  child.stdin?.on('error', () => {})
  const pid = child.pid ?? 0
  return {
    pid,
    // Read at once: until Node collects the child its line is in the process table, even if it has ended already.
    identity: processIdentity(pid) ?? { pid, startTime: null },
    stdin: child.stdin,
    // Missing only when the start failed for want of file descriptors.
    stdout: child.stdout ?? Readable.from([]),
    stderr: child.stderr ?? Readable.from([]),
    exited,
  }
}

const unstarted = (error: Error): ChildHandle => ({
  pid: 0,
  identity: { pid: 0, startTime: null },
  stdin: null,
  stdout: Readable.from([]),
  stderr: Readable.from([]),
  exited: Promise.resolve({ code: null, signal: null, error }),
})
