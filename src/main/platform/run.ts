import type { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { AppError } from '../../shared/models/errors.ts'
import { systemClock } from './clock.ts'
import { killTree } from './kill-tree.ts'
import { type ProcessSpec, startProcess } from './processes.ts'

export interface RunOptions extends Pick<ProcessSpec, 'cwd' | 'env'> {
  /** Time limit in milliseconds; the process and all its descendants are ended then. None when left out. */
  readonly timeoutMs?: number
  /** Bytes kept of each output, 10 MiB when left out; the rest is read and dropped. */
  readonly maxBytes?: number
  readonly signal?: AbortSignal
}

export interface RunResult {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Whether one of the outputs was longer than `maxBytes`. */
  readonly truncated: boolean
}

const DEFAULT_MAX_BYTES = 10 * 1024 * 1024

/** How long output may still arrive after the exit: a daemon left behind can hold the pipe open for ever. */
const LAST_OUTPUT_MS = 250

/**
 * Runs a command without a shell to its end and returns what it wrote.
 *
 * @throws AppError NOT_FOUND  there is no such command or folder
 * @throws AppError INTERNAL  it ran out of time, or could not be started for another reason
 * @throws the signal's reason  after an abort, once the process is gone
 */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { timeoutMs, maxBytes = DEFAULT_MAX_BYTES, signal } = options
  signal?.throwIfAborted()
  const child = startProcess({ command, args, cwd: options.cwd, env: options.env })
  const outputs = [collect(child.stdout, maxBytes), collect(child.stderr, maxBytes)] as const

  let timedOut = false
  let killing: Promise<unknown> | undefined
  const kill = (): void => {
    killing ??= killTree({ identity: child.identity }, { clock: systemClock, graceMs: 2_000 })
  }
  const stopTimer =
    timeoutMs === undefined
      ? undefined
      : systemClock.after(timeoutMs, () => {
          timedOut = true
          kill()
        })
  signal?.addEventListener('abort', kill, { once: true })
  try {
    const exit = await child.exited
    await killing
    if (exit.error) throw startFailure(command, options.cwd, exit.error)
    signal?.throwIfAborted()
    if (timedOut) throw new AppError('INTERNAL', `"${command}" did not end within ${timeoutMs! / 1000} s and was stopped.`)
    await Promise.race([Promise.all(outputs.map((output) => output.ended)), pause(LAST_OUTPUT_MS, undefined, { ref: false })])
    const [stdout, stderr] = outputs
    return { code: exit.code, stdout: stdout.text(), stderr: stderr.text(), truncated: stdout.truncated() || stderr.truncated() }
  } finally {
    stopTimer?.()
    signal?.removeEventListener('abort', kill)
    child.stdout.destroy()
    child.stderr.destroy()
  }
}

function collect(stream: Readable, maxBytes: number) {
  const chunks: Buffer[] = []
  let size = 0
  let cut = false
  stream.on('data', (chunk: Buffer) => {
    const kept = chunk.subarray(0, maxBytes - size)
    if (kept.length < chunk.length) cut = true
    size += kept.length
    if (kept.length > 0) chunks.push(kept)
  })
  const ended = new Promise<void>((resolve) => {
    stream.once('close', resolve)
    stream.once('error', () => resolve())
  })
  return { ended, text: () => Buffer.concat(chunks).toString('utf8'), truncated: () => cut }
}

function startFailure(command: string, cwd: string | undefined, cause: Error): AppError {
  if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
    const place = cwd === undefined ? '' : ` and that the folder ${cwd} exists`
    return new AppError('NOT_FOUND', `"${command}" could not be started: check that it is installed and on the PATH${place}.`, { cause })
  }
  return new AppError('INTERNAL', `"${command}" could not be started: ${cause.message}.`, { cause })
}
