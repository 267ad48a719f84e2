import { isSchemaIssue, ORPCError, ValidationError } from '@orpc/contract'
import { type AppError, ERROR_STATUS, type ErrorCode, isAppError } from '../../shared/models/index.ts'
import type { Logger } from '../platform/index.ts'

/** What leaves every door when a call fails. `data` is plain JSON. */
export interface ErrorBody {
  readonly code: ErrorCode
  readonly message: string
  readonly status: number
  readonly data?: unknown
}

const INTERNAL_MESSAGE = 'Something went wrong inside the host; its log has the details.'

/** The body for an expected failure. */
export function errorBody(error: AppError): ErrorBody {
  return body(error.code, error.message, error.data)
}

function body(code: ErrorCode, message: string, data?: unknown): ErrorBody {
  return { code, message, status: ERROR_STATUS[code], ...(data === undefined ? {} : { data }) }
}

interface Issue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** `steps.0.op`, or null for the whole input. */
function fieldName(issue: Issue): string | null {
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
  return path === '' ? null : path
}

/** One sentence that names the first wrong field and counts the others. */
function issuesBody(issues: readonly Issue[]): ErrorBody {
  const fields = issues.map((issue) => ({ field: fieldName(issue), message: issue.message }))
  const [first] = fields
  const more = fields.length > 1 ? ` (and ${fields.length - 1} more)` : ''
  const sentence = first === undefined ? 'The input is not valid.' : `${first.field ?? 'The input'}: ${first.message}${more}.`
  return body('VALIDATION_FAILED', sentence.replace(/\.+$/, '.'), { issues: fields })
}

function ofRpcError(error: ORPCError<string, unknown>): ErrorBody | null {
  if (error.cause instanceof ValidationError) {
    // The answer of a handler that does not fit the contract is our bug, not the caller's.
    return error.code === 'BAD_REQUEST' ? issuesBody(error.cause.issues.filter(isSchemaIssue)) : null
  }
  if (error.code in ERROR_STATUS && error.code !== 'INTERNAL') return body(error.code as ErrorCode, error.message, error.data)
  if (error.code === 'BAD_REQUEST') return body('VALIDATION_FAILED', 'The request could not be read; send its body as JSON.')
  return null
}

/**
 * Turns whatever a call threw into what a caller sees, and logs a bug once.
 *
 * An expected failure keeps its code, sentence and data; anything else becomes `INTERNAL` without a word of what is inside.
 * Safe to call on its own result.
 *
 * @param where  the call's name, for the log
 */
export function toWireError(error: unknown, logger: Logger, where: string): ORPCError<string, unknown> {
  if (error instanceof ORPCError && error.code === 'INTERNAL') return error
  const known = isAppError(error) ? errorBody(error) : error instanceof ORPCError ? ofRpcError(error) : null
  if (known === null) logger.error({ err: error instanceof ORPCError ? (error.cause ?? error) : error, call: where }, 'a call failed')
  const { code, message, status, data } = known ?? body('INTERNAL', INTERNAL_MESSAGE)
  return new ORPCError(code, { message, status, data })
}

/** The body for an error that `toWireError` made. */
export function wireBody(error: ORPCError<string, unknown>): ErrorBody {
  return body(error.code as ErrorCode, error.message, error.data)
}
