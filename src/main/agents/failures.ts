import type { RunError } from '../../shared/models/index.ts'
import type { ErrorInfo } from './protocol.ts'

/** Says what to do about a model that OpenCode does not know. */
export const modelNotFound = (model: string): RunError => ({
  code: 'MODEL_NOT_FOUND',
  message: `OpenCode does not know the model “${model}”. Choose another one for this run, or set the default model under Settings, OpenCode; “opencode models” lists what your configuration offers.`,
  retryable: false,
})

/** Tells whether an error of a session says that its model is unknown. Such an error has no name of its own. */
export const isModelNotFound = (error: ErrorInfo): boolean =>
  error.name === 'ProviderModelNotFoundError' || /\bmodel not found\b/i.test(textOf(error))

/** Turns an error that OpenCode reports for a message or session into one of the run. */
export function agentError(error: ErrorInfo, context: { model: string; now: number }): RunError {
  if (isModelNotFound(error)) return modelNotFound(context.model)
  const provider = context.model.split('/', 1)[0]!
  switch (error.name) {
    case 'APIError':
      return providerError(error, provider, context.now)
    case 'ProviderAuthError':
      return {
        code: 'PROVIDER_AUTH',
        message: `The provider “${provider}” refused the credentials: ${textOf(error)}. Sign in with “opencode auth login”.`,
        retryable: false,
      }
    case 'ContextOverflowError':
      return {
        code: 'CONTEXT_OVERFLOW',
        message: `The conversation no longer fits into the model's context: ${textOf(error)}. Start a new run, or choose a model with a larger context.`,
        retryable: false,
      }
    case 'MessageOutputLengthError':
      return outputLimit()
    default:
      if (isInterruption(error)) return interrupted(error)
      return { code: 'AGENT_ERROR', message: `OpenCode reported ${error.name}: ${textOf(error)}` }
  }
}

const INTERRUPTED = 'SESSION_INTERRUPTED'

/**
 * Tells whether OpenCode broke its work on a session off without a fault: a part of the server that it waited for was ended by something else.
 * It has no name of its own; the words are those of the library under it (OpenCode 1.18).
 */
const isInterruption = (error: ErrorInfo): boolean => error.name === 'UnknownError' && /\ball fibers interrupted\b/i.test(textOf(error))

const interrupted = (error: ErrorInfo): RunError => ({
  code: INTERRUPTED,
  message: `OpenCode broke off its work on the session by itself: ${textOf(error)}. Retry to let it go on.`,
  retryable: true,
})

/** Whether a turn that failed with this can go on at once. */
export const goesOn = (error: RunError): boolean => error.code === INTERRUPTED

/** The answer was cut off by the model's limit. Trying again goes on from there. */
export const outputLimit = (): RunError => ({
  code: 'OUTPUT_LIMIT',
  message: "The answer was cut off at the model's output limit. Retry to let it go on, or ask for smaller steps.",
  retryable: true,
})

function providerError(error: ErrorInfo, provider: string, now: number): RunError {
  const { statusCode, isRetryable, responseHeaders } = error.data
  const status = typeof statusCode === 'number' ? statusCode : undefined
  const retryable = isRetryable === true || status === undefined || status === 408 || status === 429 || status >= 500
  const retryAfterMs = retryable ? parseRetryAfter(responseHeaders, now) : undefined
  const advice = status === 401 || status === 403 ? ' Check the credentials with “opencode auth login”.' : ''
  return {
    code: 'PROVIDER_ERROR',
    message: `The provider “${provider}” answered ${status ?? 'with an error'}: ${textOf(error)}.${advice}`,
    retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(status === undefined ? {} : { data: { status } }),
  }
}

/** Reads how long a provider asks to wait, in milliseconds: `retry-after-ms`, or `retry-after` in seconds or as a date. */
export function parseRetryAfter(headers: unknown, now: number): number | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]))
  const ms = Number.parseFloat(byName.get('retry-after-ms') ?? '')
  if (Number.isFinite(ms) && ms >= 0) return Math.ceil(ms)
  const after = byName.get('retry-after')?.trim()
  if (!after) return undefined
  if (/^\d+(\.\d+)?$/.test(after)) return Math.ceil(Number(after) * 1000)
  const date = Date.parse(after)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** The first line of an error's message, without a full stop. */
function textOf(error: ErrorInfo): string {
  const { message } = error.data
  const text = typeof message === 'string' ? message.split('\n', 1)[0]!.trim() : ''
  return (text || error.name).slice(0, 1_000).replace(/\.$/, '')
}
