import type { RunError } from './errors.ts'

/** An expected failure is data. The error says what happened and whether trying again may help. */
export type Result<T, E = RunError> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E }

export const ok = <T>(value: T): Result<T, never> => ({ ok: true, value })
export const fail = (code: string, message: string, more: Omit<RunError, 'code' | 'message'> = {}): Result<never> => ({
  ok: false,
  error: { code, message, ...more },
})
