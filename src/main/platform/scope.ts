import { type Logger, silentLogger } from './logger.ts'

type Cleanup = () => unknown | Promise<unknown>

/** Owns what has to be closed. */
export interface Scope {
  /** Takes ownership: the function runs when the scope closes, or at once if it has closed already. */
  add(name: string, cleanup: Cleanup): void
  /** Runs all cleanups, the last added first, one after the other. An error is logged and stops none of the others. Safe to call again. */
  close(): Promise<void>
}

export function createScope(logger: Logger = silentLogger): Scope {
  const cleanups: { name: string; cleanup: Cleanup }[] = []
  let closing: Promise<void> | undefined

  const runOne = async (name: string, cleanup: Cleanup): Promise<void> => {
    try {
      await cleanup()
    } catch (error) {
      logger.error({ err: error }, `Closing ${name} failed.`)
    }
  }
  const runAll = async (): Promise<void> => {
    for (let last = cleanups.pop(); last; last = cleanups.pop()) await runOne(last.name, last.cleanup)
  }
  return {
    add(name, cleanup) {
      if (closing) void runOne(name, cleanup)
      else cleanups.push({ name, cleanup })
    },
    close() {
      closing ??= runAll()
      return closing
    },
  }
}
