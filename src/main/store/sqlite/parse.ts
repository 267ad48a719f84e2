import { RunQuery } from '../../../shared/contract/runs.ts'
import { AppError, Id, Operation } from '../../../shared/models/index.ts'
import type { Logger } from '../../platform/index.ts'

/** @throws AppError VALIDATION_FAILED */
export const parseQuery = (query: unknown): RunQuery => {
  const parsed = RunQuery.safeParse(query)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new AppError('VALIDATION_FAILED', `The list cannot be made. ${issue?.path.join('.')}: ${issue?.message}`, {
      data: { issues: parsed.error.issues },
    })
  }
  if (parsed.data.cursor !== undefined && !Id.safeParse(parsed.data.cursor).success) {
    throw new AppError('VALIDATION_FAILED', 'The cursor is not one of this list: take the nextCursor of the page before.')
  }
  return parsed.data
}

/** Operations that this version cannot read are left out: one of them must not keep the app from starting. */
export const parseOperations = (texts: readonly string[], logger: Logger): Operation[] =>
  texts.flatMap((text) => {
    try {
      return [Operation.parse(JSON.parse(text))]
    } catch (error) {
      logger.warn({ error }, 'a stored operation cannot be read; it is left out')
      return []
    }
  })
