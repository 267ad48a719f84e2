import { z } from 'zod'

/**
 * Every error code that leaves the core, with its HTTP status.
 *
 * One table for all doors: a handler throws `AppError`, each transport turns it into `{code, message, status, data?}`.
 */
export const ERROR_STATUS = {
  VALIDATION_FAILED: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  LEASE_LOST: 409,
  PAYLOAD_TOO_LARGE: 413,
  INTERNAL: 500,
  STORE_UNAVAILABLE: 503,
} as const

export type ErrorCode = keyof typeof ERROR_STATUS

/** A failure that a caller can act on. `message` is one sentence for a person that says what to do; `data` is plain JSON. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly data?: unknown

  constructor(code: ErrorCode, message: string, options: { data?: unknown; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.data = options.data
  }

  get status(): number {
    return ERROR_STATUS[this.code]
  }
}

/** Tells an `AppError` from anything else, also one rebuilt in another realm. */
export const isAppError = (error: unknown): error is AppError =>
  error instanceof AppError || (error instanceof Error && error.name === 'AppError' && 'code' in error)

/**
 * Why a run, step or operation failed, as stored and shown.
 *
 * `code` is upper-case and stable (`PROVIDER_ERROR`, `INTERRUPTED`, ...); `retryable: false` means that an automatic retry cannot help;
 * `retryAfterMs` is what the other side asked for, in milliseconds from the end.
 */
export const RunError = z
  .object({
    code: z.string(),
    message: z.string(),
    retryable: z.boolean().optional(),
    retryAfterMs: z.number().nonnegative().optional(),
    data: z.json().optional(),
  })
  .readonly()
export type RunError = z.infer<typeof RunError>
