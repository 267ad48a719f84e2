import { AppError, isAppError, type RunError } from '../../shared/models/index.ts'
import { NoAnswer, Refused } from './clients.ts'
import type { AgentEnding } from './port.ts'

/** An expected failure on the way to the prompt. */
export class TurnError extends Error {
  readonly error: RunError

  constructor(error: RunError) {
    super(error.message)
    this.name = 'TurnError'
    this.error = error
  }
}

export const failed = (error: RunError): AgentEnding => ({ kind: 'failed', error })

/** What a turn failed with, from anything that was thrown. Null for what is no expected failure. */
export function expectedFailure(error: unknown): RunError | null {
  if (error instanceof TurnError) return error.error
  if (isAppError(error)) {
    // Told by the server's supervisor, which says what to do.
    const retryable = error.code === 'INTERNAL' || error.code === 'CONFLICT'
    const { retryAfterMs } = (error.data ?? {}) as { retryAfterMs?: number }
    return {
      code: error.code === 'INTERNAL' ? 'OPENCODE_UNAVAILABLE' : error.code,
      message: error.message,
      retryable,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    }
  }
  if (error instanceof NoAnswer) return { code: 'OPENCODE_UNREACHABLE', message: `${error.message} Retry in a moment.`, retryable: true }
  if (error instanceof Refused)
    return { code: 'OPENCODE_ERROR', message: `${error.message}. Retry, or look into the log.`, retryable: error.status >= 500 }
  return null
}

export const notUnderWay = (): AppError =>
  new AppError('CONFLICT', 'No agent of this run is at work just now. Send the message again to start its next turn.')

export const modelNotSet = (): RunError => ({
  code: 'MODEL_NOT_SET',
  message: 'No model is set. Choose one for this run, or set the default model under Settings, OpenCode.',
  retryable: false,
})

export const serverCrashed = (deaths: number): RunError => ({
  code: 'SERVER_CRASHED',
  message: `The OpenCode server ended ${deaths} times during this turn. Look into the log, then retry: the session goes on where it is.`,
  retryable: true,
})

export const stalled = (silentMs: number): RunError => ({
  code: 'STALLED',
  message: `Nothing was heard from the agent for ${Math.round(silentMs / 1000)} s, so it was stopped. Retry to let it go on.`,
  retryable: true,
})

export const providerLimit = (message: string, until: number, now: number): RunError => ({
  code: 'PROVIDER_LIMIT',
  message: `The provider asks to wait until ${new Date(until).toISOString()}: ${message}`,
  retryable: true,
  retryAfterMs: until - now,
})
