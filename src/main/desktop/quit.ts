import { countOf } from './presentation.ts'

/** The core's way out: `activeCount` of its operations, and its end. */
export interface Stoppable {
  readonly operations: { activeCount(): number }
  stop(): Promise<void>
}

/** What the host does on the way out; each is one call to Electron. */
export interface QuitSteps {
  /** Asks the person; resolves to whether to quit. Not called when nothing is active. */
  ask(question: QuitQuestion): Promise<boolean>
  /** The person chose to keep it running: put the window away. */
  keepInTray(): void
  /** Quitting is certain: take window and tray out of use. */
  ending(): void
  /** The core has stopped, or the limit has passed: end the process. */
  exit(code: number): void
}

export interface QuitQuestion {
  readonly message: string
  readonly detail: string
  readonly buttons: readonly [quit: string, keep: string]
}

/** How long the core may take to hand its runs back, in milliseconds. What is left by then is killed with the process and rescued at the next start. */
export const STOP_LIMIT_MS = 10_000

/** What to ask before a quit that stops `active` runs. */
export const quitQuestion = (active: number): QuitQuestion => ({
  message: `${countOf(active, 'run')} ${active === 1 ? 'is' : 'are'} active`,
  detail: 'Quitting stops them and hands them back to the queue. They go on where they were at the next start.',
  buttons: ['Quit and hand them back', 'Keep running in the tray'],
})

/**
 * The orderly way out, once for each process.
 *
 * Modes: `open` (nobody wants to quit) → `asking` (the question is on screen; further requests are the same one) → back to `open`, or `stopping`
 * (no way back; the core hands its runs back) → `gone` (the core has stopped and the process may end).
 */
export interface Quitter {
  /** True once quitting is certain; then windows may close. */
  readonly isEnding: boolean
  /** True once the core has stopped and nothing holds the process any more. */
  readonly isGone: boolean
  /** The person wants to quit: asks first while something is active. */
  request(): Promise<void>
  /** The system or a signal ends the app: no question. */
  end(): Promise<void>
}

/**
 * @param core  may still be starting: until it has, nothing is active, and an end waits for it to be stopped; one that could not start holds nothing up
 * @param wait  resolves after that many milliseconds
 */
export function createQuitter(core: Promise<Stoppable>, steps: QuitSteps, wait: (ms: number) => Promise<void>): Quitter {
  let mode: 'open' | 'asking' | 'stopping' | 'gone' = 'open'
  let running: Stoppable | null = null
  const started = core.then(
    (value) => {
      running = value
      return value
    },
    () => null,
  )
  const end = async (): Promise<void> => {
    if (mode === 'stopping' || mode === 'gone') return
    mode = 'stopping'
    steps.ending()
    const stopped = started.then(async (value) => {
      await value?.stop()
      return value !== null
    })
    const clean = await Promise.race([stopped.catch(() => false), wait(STOP_LIMIT_MS).then(() => false)])
    mode = 'gone'
    steps.exit(clean ? 0 : 1)
  }
  return {
    get isEnding() {
      return mode === 'stopping' || mode === 'gone'
    },
    get isGone() {
      return mode === 'gone'
    },
    end,
    async request() {
      if (mode !== 'open') return
      mode = 'asking'
      const active = running?.operations.activeCount() ?? 0
      const quits = active === 0 || (await steps.ask(quitQuestion(active)))
      // A signal may have come while the question was open.
      if (mode !== 'asking') return
      mode = 'open'
      if (quits) return end()
      steps.keepInTray()
    },
  }
}
