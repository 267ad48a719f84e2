import { ORPCError, ValidationError } from '@orpc/contract'
import { describe, expect, test, vi } from 'vitest'
import { toWireError, wireBody } from '../../../src/main/ipc/wire-error.ts'
import { type Logger, silentLogger } from '../../../src/main/platform/index.ts'
import { AppError, ERROR_STATUS, type ErrorCode } from '../../../src/shared/models/index.ts'

const toBody = (error: unknown): object => wireBody(toWireError(error, silentLogger, 'a.call'))
const invalid = (...issues: { message: string; path?: (string | number)[] }[]): ORPCError<string, unknown> =>
  new ORPCError('BAD_REQUEST', { cause: new ValidationError({ message: 'Input validation failed', issues, data: {} }) })

describe('what a caller hears of a failure', () => {
  test.each(Object.keys(ERROR_STATUS).filter((code) => code !== 'INTERNAL') as ErrorCode[])(
    '%s keeps its sentence and has its status',
    (code) => {
      expect(toBody(new AppError(code, 'A sentence.', { data: { n: 1 } }))).toEqual({
        code,
        message: 'A sentence.',
        status: ERROR_STATUS[code],
        data: { n: 1 },
      })
    },
  )

  test('an input that does not fit is told by its first field, with a count of the others', () => {
    expect(toBody(invalid({ message: 'too long', path: ['steps', 0, 'op'] }))).toMatchObject({ message: 'steps.0.op: too long.' })
    expect(toBody(invalid({ message: 'wrong', path: ['a'] }, { message: 'wrong', path: ['b'] }, { message: 'wrong' }))).toEqual({
      code: 'VALIDATION_FAILED',
      message: 'a: wrong (and 2 more).',
      status: 400,
      data: {
        issues: [
          { field: 'a', message: 'wrong' },
          { field: 'b', message: 'wrong' },
          { field: null, message: 'wrong' },
        ],
      },
    })
    expect(toBody(invalid({ message: 'Expected an object.' }))).toMatchObject({ message: 'The input: Expected an object.' })
  })

  test.each([
    new Error('secret'),
    'secret',
    null,
    new ORPCError('INTERNAL_SERVER_ERROR', { message: 'secret' }),
    new AppError('INTERNAL', 'A known one.'),
  ])('of a bug nothing but that it happened: %s', (bug) => {
    const body = toBody(bug)

    expect(body).toMatchObject({ code: 'INTERNAL', status: 500 })
    expect(JSON.stringify(body)).not.toContain('secret')
  })

  test('a bug is logged once, whoever else passes the error on', () => {
    const error = vi.fn()
    const logger = { ...silentLogger, error } as unknown as Logger

    const once = toWireError(new Error('secret'), logger, 'a.call')
    const twice = toWireError(once, logger, 'outside')

    expect(twice).toBe(once)
    expect(error).toHaveBeenCalledTimes(1)
  })
})
