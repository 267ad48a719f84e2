import { finished } from 'node:stream/promises'
import { StringDecoder } from 'node:string_decoder'
import type { ChildHandle, Clock } from '../platform/index.ts'
import type { OpContext } from '../runs/index.ts'

/** Output is stored in batches of this age in milliseconds or this many characters, whichever comes first. */
const BATCH_MS = 100
const BATCH_CHARS = 16_384
/** What of the output is kept for the step's result. */
const TAIL_CHARS = 4_000
/** How long output may still arrive after an exit, in milliseconds: a background child can hold the pipe open for ever. */
const DRAIN_MS = 1_000

/** How much of a step's output is kept, in characters; of what follows only the end is. */
const KEPT_CHARS = 10 * 1024 * 1024
/** How much may be on its way to the store before the process has to wait, in bytes. */
const UNSTORED_BYTES = 1024 * 1024
/** What is not kept is read in pieces of this many bytes, with a pause in milliseconds after each: a flood must not take the host's time. */
const SKIPPED_BYTES = 4 * 1024 * 1024
const SKIP_PAUSE_MS = 20

type Channel = 'out' | 'err'

/** The output of a process as `log` events. */
export interface OutputLog {
  write(channel: Channel, chunk: Buffer): void
  /** Stores what is left, an open last line too. Call it once, when no more comes. */
  end(): void
  /** The end of what was written, both channels in order of their lines. */
  tail(): string
  /** Whether no more is kept. */
  readonly full: boolean
}

/**
 * Collects output into events of whole lines: what a process says on `err` is a warning. The last line is also the step's message.
 *
 * A line longer than a batch is cut. Of a long output the first 10 MiB and the end are kept.
 */
export function createOutputLog(context: Pick<OpContext, 'emit' | 'progress'>, clock: Clock): OutputLog {
  const decoders = { out: new StringDecoder('utf8'), err: new StringDecoder('utf8') }
  const open = { out: '', err: '' }
  let batch: { channel: Channel; text: string } | null = null
  let cancelTimer: (() => void) | undefined
  let tail = ''
  let kept = 0
  let skipped = false

  const tellLast = (text: string): void => {
    const last = text.slice(text.trimEnd().lastIndexOf('\n') + 1).trim()
    if (last) context.progress(-1, last.slice(0, 200))
  }
  const store = (): void => {
    cancelTimer?.()
    cancelTimer = undefined
    const text = batch?.text.replace(/\n$/, '') ?? ''
    const level = batch?.channel === 'err' ? 'warn' : 'info'
    batch = null
    if (text === '') return
    context.emit({ kind: 'log', level, message: text })
    tellLast(text)
  }
  const skip = (text: string): void => {
    skipped = true
    tail = (tail + text).slice(-TAIL_CHARS)
    cancelTimer ??= clock.after(BATCH_MS, () => {
      cancelTimer = undefined
      tellLast(tail)
    })
  }
  const add = (channel: Channel, text: string): void => {
    if (kept >= KEPT_CHARS) {
      skip(text)
      return
    }
    kept += text.length
    // Lines of both channels stay in the order in which they came.
    if (batch && batch.channel !== channel) store()
    batch = { channel, text: (batch?.text ?? '') + text }
    tail = (tail + text).slice(-TAIL_CHARS)
    if (batch.text.length >= BATCH_CHARS || kept >= KEPT_CHARS) store()
    else cancelTimer ??= clock.after(BATCH_MS, store)
    if (kept >= KEPT_CHARS)
      context.emit({
        kind: 'log',
        level: 'warn',
        message: `More than ${KEPT_CHARS / 1024 ** 2} MiB of output: of the rest only the end is kept.`,
      })
  }
  return {
    write(channel, chunk) {
      // What is thrown away need not be read.
      const text = open[channel] + decoders[channel].write(kept >= KEPT_CHARS ? chunk.subarray(-2 * TAIL_CHARS) : chunk)
      const whole = text.length > BATCH_CHARS ? text.length : text.lastIndexOf('\n') + 1
      open[channel] = text.slice(whole)
      if (whole > 0) add(channel, text.slice(0, whole))
    },
    end() {
      for (const channel of ['out', 'err'] as const) {
        const rest = open[channel] + decoders[channel].end()
        open[channel] = ''
        if (rest) add(channel, rest)
      }
      store()
      if (!skipped) return
      tellLast(tail)
      context.emit({ kind: 'log', level: 'info', message: `… ${tail.slice(tail.indexOf('\n') + 1).trimEnd()}` })
    },
    tail: () => tail,
    get full() {
      return kept >= KEPT_CHARS
    },
  }
}

/**
 * Keeps the outputs of a process as `log` events. A process that writes faster than its output can be stored has to wait, as it would for a slow terminal.
 *
 * @returns `end`, to be called once the process has ended, which resolves when all it wrote is read; and its `tail`
 */
export function logOutput(
  child: Pick<ChildHandle, 'stdout' | 'stderr'>,
  context: Pick<OpContext, 'emit' | 'progress' | 'flush'>,
  clock: Clock,
): { end(): Promise<void>; tail(): string } {
  const log = createOutputLog(context, clock)
  const channels = [
    ['out', child.stdout],
    ['err', child.stderr],
  ] as const
  let bytes = 0
  let held: Promise<void> | null = null

  const hold = (until: Promise<void>): void => {
    for (const [, stream] of channels) stream.pause()
    const letGo = (): void => {
      held = null
      for (const [, stream] of channels) stream.resume()
    }
    // A lease that was lost meanwhile is the attempt's to notice.
    held = until.then(letGo, letGo)
  }
  for (const [channel, stream] of channels) {
    stream.on('data', (chunk: Buffer) => {
      log.write(channel, chunk)
      bytes += chunk.length
      if (held || bytes < (log.full ? SKIPPED_BYTES : UNSTORED_BYTES)) return
      bytes = 0
      hold(log.full ? new Promise((resolve) => void clock.after(SKIP_PAUSE_MS, resolve)) : context.flush())
    })
  }
  return {
    async end() {
      while (held) await held
      await drained(child, clock)
      log.end()
    },
    tail: log.tail,
  }
}

/** Resolves when what a process wrote before it ended has been read, or when that takes too long. */
export async function drained({ stdout, stderr }: Pick<ChildHandle, 'stdout' | 'stderr'>, clock: Clock): Promise<void> {
  let cancel = (): void => {}
  const late = new Promise<void>((resolve) => {
    cancel = clock.after(DRAIN_MS, resolve)
  })
  await Promise.race([Promise.allSettled([finished(stdout), finished(stderr)]), late]).finally(cancel)
}
