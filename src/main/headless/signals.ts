/** How long an orderly stop may take in milliseconds; the process ends within 10 seconds of the first signal. */
const STOP_MS = 9_000

/** A terminal sends a signal to everyone in it, and launchers in between pass theirs on: what arrives this soon after the first, in milliseconds, is its echo. */
const ECHO_MS = 500

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const

export interface EndOptions {
  /** Ends the process. */
  readonly exit: (code: number) => void
  /** Tells the person something, on stderr. */
  readonly tell: (line: string) => void
  readonly stopMs?: number
  readonly echoMs?: number
}

/**
 * Stops on SIGTERM or SIGINT: the first asks for an orderly stop and then ends the process with 0, a second one ends it at once.
 *
 * What is not stopped in time is left: the next start finds it and takes it up again.
 */
export function endOnSignal(stop: () => Promise<void>, { exit, tell, stopMs = STOP_MS, echoMs = ECHO_MS }: EndOptions): void {
  let firstAt: number | null = null
  const onSignal = (signal: NodeJS.Signals): void => {
    if (firstAt !== null) {
      if (performance.now() - firstAt >= echoMs) exit(SIGNALS[signal as keyof typeof SIGNALS])
      return
    }
    firstAt = performance.now()
    const late = setTimeout(() => {
      tell('Some work did not stop in time; it is taken up again at the next start.')
      exit(0)
    }, stopMs)
    stop().then(
      () => {
        clearTimeout(late)
        exit(0)
      },
      (error: unknown) => {
        tell(`The stop was not orderly: ${error instanceof Error ? error.message : String(error)}`)
        exit(1)
      },
    )
  }
  for (const signal of Object.keys(SIGNALS)) process.on(signal, onSignal)
}
