import { isAbsolute, relative, resolve } from 'node:path'
import { finished } from 'node:stream/promises'
import { StringDecoder } from 'node:string_decoder'
import { z } from 'zod'
import { fail, ok } from '../../shared/models/index.ts'
import { type ChildHandle, type Clock, killTree, startProcess, type Watchdog } from '../platform/index.ts'
import { defineOp, type OpContext, type OpDefinition, outcomeOfStop, type StepEnding, type StopReason } from '../runs/index.ts'

const Params = z.object({
  command: z.string().trim().min(1).max(100_000),
  /** Relative to the run's folder, and inside it. */
  cwd: z.string().max(4096).optional(),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'an environment name has letters, digits and underscores'), z.string())
    .optional(),
})
type Params = z.infer<typeof Params>

/** Output is stored in batches of this age in milliseconds or this many characters, whichever comes first. */
const FLUSH_MS = 100
const FLUSH_CHARS = 16_384
const DRAIN_MS = 1_000
/** What of the output is kept in the step's result. */
const TAIL_CHARS = 4_000

/**
 * Runs a command with bash in the run's folder. Exit code 0 is success.
 *
 * The command has a process group of its own. Told to stop it gets SIGTERM, 5 seconds later SIGKILL, and is over only when no process of the step is left,
 * strays with another parent or session included.
 */
export function createShellOp(deps: { clock: Clock; watchdog: Watchdog }): OpDefinition {
  return defineOp<Params>({
    name: 'shell',
    title: 'Shell command',
    params: Params,
    timeouts: { warningMs: 8 * 60_000, hardMs: 10 * 60_000, onTimeout: 'kill' },
    cancellable: true,
    idempotent: false,
    workspace: 'worktree',
    async validate({ directory, params }) {
      const inside = relative(directory, resolve(directory, params.cwd ?? '.'))
      return inside.startsWith('..') || isAbsolute(inside)
        ? fail('VALIDATION_FAILED', `cwd must lie inside the run's folder, and “${params.cwd}” does not.`)
        : ok(undefined)
    },
    execute: (context) => runCommand(context, deps),
  })
}

async function runCommand(context: OpContext<Params>, deps: { clock: Clock; watchdog: Watchdog }): Promise<StepEnding> {
  const { params, signal } = context
  const child = startProcess({
    command: 'bash',
    args: ['-c', params.command],
    cwd: resolve(context.directory, params.cwd ?? '.'),
    env: { ...params.env, ...context.env },
  })
  deps.watchdog.add(child.identity)
  const log = createLog(context, deps.clock)
  child.stdout.on('data', (chunk: Buffer) => log.write('out', chunk))
  child.stderr.on('data', (chunk: Buffer) => log.write('err', chunk))

  let stopped: ReturnType<typeof killTree> | undefined
  const stop = (): void => {
    stopped ??= killTree({ identity: child.identity, marker: { name: 'RUN_ATTEMPT_ID', value: context.attemptId } }, { clock: deps.clock })
  }
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })

  const { code, signal: exitSignal, error } = await child.exited
  signal.removeEventListener('abort', stop)
  await drained(child, deps.clock)
  log.end()
  deps.watchdog.remove(child.identity)
  const result = { exitCode: code, signal: exitSignal, tail: log.tail() }
  if (stopped) {
    const { how, survivors } = await stopped
    if (survivors.length)
      return {
        outcome: 'error',
        error: { code: 'SURVIVORS', message: `${survivors.length} processes of the command could not be ended.` },
        result,
      }
    return { outcome: outcomeOfStop(signal.reason as StopReason), result: { ...result, how } }
  }
  if (error) return { outcome: 'error', error: { code: 'SPAWN_FAILED', message: `bash could not be started: ${error.message}` } }
  if (code === 0) return { outcome: 'success', result }
  const how = exitSignal ? `was ended by ${exitSignal}` : `exited with code ${code}`
  return { outcome: 'error', error: { code: 'EXIT_CODE', message: `The command ${how}.`, data: result }, result }
}

/** What the command wrote before it ended is read to its end, unless a background child keeps the pipes open. */
async function drained({ stdout, stderr }: ChildHandle, clock: Clock): Promise<void> {
  const late = new Promise<void>((resolve) => clock.after(DRAIN_MS, resolve))
  await Promise.race([Promise.allSettled([finished(stdout), finished(stderr)]), late])
}

/** Collects output into `log` events of whole lines; a line that stays open is stored at the end, or when it grows too long. */
function createLog(context: OpContext, clock: Clock) {
  const streams = { out: { decoder: new StringDecoder('utf8'), open: '' }, err: { decoder: new StringDecoder('utf8'), open: '' } }
  let ready: { text: string; level: 'info' | 'warn' } = { text: '', level: 'info' }
  let tail = ''
  let cancelFlush: (() => void) | undefined

  const flush = (): void => {
    cancelFlush?.()
    cancelFlush = undefined
    if (!ready.text) return
    context.emit({ kind: 'log', level: ready.level, message: ready.text.replace(/\n$/, '') })
    const lastLine = ready.text.trimEnd().split('\n').at(-1)
    if (lastLine?.trim()) context.progress(-1, lastLine.slice(0, 200))
    ready = { text: '', level: 'info' }
  }
  const add = (name: 'out' | 'err', text: string): void => {
    const level = name === 'err' ? 'warn' : 'info'
    if (ready.text && ready.level !== level) flush()
    ready = { text: ready.text + text, level }
    tail = (tail + text).slice(-TAIL_CHARS)
    if (ready.text.length >= FLUSH_CHARS) flush()
    else cancelFlush ??= clock.after(FLUSH_MS, flush)
  }
  return {
    write(name: 'out' | 'err', chunk: Buffer): void {
      const stream = streams[name]
      const text = stream.open + stream.decoder.write(chunk)
      const cut = text.length > FLUSH_CHARS ? text.length : text.lastIndexOf('\n') + 1
      stream.open = text.slice(cut)
      if (cut) add(name, text.slice(0, cut))
    },
    end(): void {
      for (const name of ['out', 'err'] as const) {
        const rest = streams[name].open + streams[name].decoder.end()
        if (rest) add(name, rest)
      }
      flush()
    },
    tail: () => tail,
  }
}
