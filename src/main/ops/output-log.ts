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

type Channel = 'out' | 'err'

/** The output of a process as `log` events. */
export interface OutputLog {
  write(channel: Channel, chunk: Buffer): void
  /** Stores what is left, an open last line too. Call it once, when no more comes. */
  end(): void
  /** The end of what was written, both channels in order of their lines. */
  tail(): string
}

/**
 * Collects output into events of whole lines: what a process says on `err` is a warning. The last line is also the step's message.
 *
 * A line longer than a batch is cut.
 */
export function createOutputLog(context: Pick<OpContext, 'emit' | 'progress'>, clock: Clock): OutputLog {
  const decoders = { out: new StringDecoder('utf8'), err: new StringDecoder('utf8') }
  const open = { out: '', err: '' }
  let batch: { channel: Channel; text: string } | null = null
  let cancelTimer: (() => void) | undefined
  let tail = ''

  const store = (): void => {
    cancelTimer?.()
    cancelTimer = undefined
    const text = batch?.text.replace(/\n$/, '') ?? ''
    const level = batch?.channel === 'err' ? 'warn' : 'info'
    batch = null
    if (text === '') return
    context.emit({ kind: 'log', level, message: text })
    const last = text.slice(text.trimEnd().lastIndexOf('\n') + 1).trim()
    if (last) context.progress(-1, last.slice(0, 200))
  }
  const add = (channel: Channel, text: string): void => {
    // Lines of both channels stay in the order in which they came.
    if (batch && batch.channel !== channel) store()
    batch = { channel, text: (batch?.text ?? '') + text }
    tail = (tail + text).slice(-TAIL_CHARS)
    if (batch.text.length >= BATCH_CHARS) store()
    else cancelTimer ??= clock.after(BATCH_MS, store)
  }
  return {
    write(channel, chunk) {
      const text = open[channel] + decoders[channel].write(chunk)
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
    },
    tail: () => tail,
  }
}

/** Resolves when what a process wrote before it ended has been read, or when that takes too long. */
export async function drained({ stdout, stderr }: ChildHandle, clock: Clock): Promise<void> {
  let cancel = (): void => {}
  const late = new Promise<void>((resolve) => {
    cancel = clock.after(DRAIN_MS, resolve)
  })
  await Promise.race([Promise.allSettled([finished(stdout), finished(stderr)]), late]).finally(cancel)
}
