import { describe, expect, it } from 'vitest'
import { faultAt } from '../../../../src/renderer/features/run-op/schema/fault-at.ts'
import { fieldsOf } from '../../../../src/renderer/features/run-op/schema/read-fields.ts'
import { isRefusal, readRefusal } from '../../../../src/renderer/features/run-op/schema/refusal.ts'
import { createRequestKeys } from '../../../../src/renderer/features/run-op/schema/request-keys.ts'

const TEXT = { type: 'string' }
const fields = fieldsOf({
  type: 'object',
  properties: {
    url: TEXT,
    env: { type: 'object', additionalProperties: TEXT },
    server: {
      anyOf: [
        { type: 'object', properties: { command: TEXT } },
        { type: 'object', properties: { url: TEXT } },
      ],
    },
  },
})
const refused = (message: string, data: object) =>
  readRefusal(Object.assign(new Error(message), { code: 'VALIDATION_FAILED', data }), fields)

describe('a refusal', () => {
  it('stands at the parameter that it names', () => {
    const field = 'options.url'
    const { fields: faults, general } = refused(`${field}: an address is needed (http).`, {
      field,
      issues: [{ path: ['url'], message: 'an address is needed' }],
    })
    expect([...faults]).toEqual([['url', 'An address is needed.']])
    expect(general).toBeNull()
  })

  it('stands at several parameters at once', () => {
    const { fields: faults } = refused('', {
      issues: [
        { path: ['url'], message: 'one' },
        { path: ['env', 'A=B'], message: 'two' },
      ],
    })
    expect([...faults]).toEqual([
      ['url', 'One.'],
      ['env.A=B', 'Two.'],
    ])
    expect(faultAt(faults, 'env', fields[1]!)).toBe('A=B: Two.')
  })

  it('of a union says what is wrong in the variant that was meant', () => {
    const errors = [
      [
        { code: 'invalid_type', path: ['command'], message: 'expected string' },
        { code: 'unrecognized_keys', path: [], message: 'url' },
      ],
      [{ code: 'custom', path: ['url'], message: 'an address is needed' }],
    ]
    const { fields: faults } = refused('', { issues: [{ code: 'invalid_union', path: ['server'], message: 'Invalid input', errors }] })
    expect([...faults]).toEqual([['server.url', 'An address is needed.']])
    expect(faultAt(faults, 'server', fields[2]!, { chosen: '1' })).toBeNull()
    expect(faultAt(faults, 'server', fields[2]!, { chosen: '0' })).toBe('url: An address is needed.')
  })

  it('stands at the target that it is about', () => {
    expect(refused('targets.1: there is no project p2.', { field: 'targets.1' })).toMatchObject({
      targets: 'There is no project p2.',
      target: 1,
      general: null,
    })
    expect(refused('A pull needs a project: name it as the target.', { field: 'op' })).toMatchObject({
      targets: 'A pull needs a project: name it as the target.',
      target: null,
    })
  })

  it('that names nothing on the form is said above it', () => {
    expect(refused('idempotencyKey: another run has it.', { field: 'idempotencyKey' }).general).toBe('Another run has it.')
    expect(refused('The queue is full.', {}).general).toBe('The queue is full.')
    expect(refused('', { issues: [{ path: [], message: 'Unrecognized key: "a"' }] }).general).toBe('Unrecognized key: "a".')
  })

  it('is told from a line that was cut, and from a host that broke, after which nobody knows', () => {
    const withCode = (code: string) => Object.assign(new Error('x'), { code })
    expect(['VALIDATION_FAILED', 'CONFLICT', 'FORBIDDEN'].map((code) => isRefusal(withCode(code)))).toEqual([true, true, true])
    expect([new Error('the line was cut'), withCode('INTERNAL'), withCode('STORE_UNAVAILABLE')].map(isRefusal)).toEqual([
      false,
      false,
      false,
    ])
  })
})

describe('the key of a dialog', () => {
  const start = () => {
    let n = 0
    return createRequestKeys(() => `key${++n}`)
  }

  it('is the same for a second press and for one more try after a lost answer', () => {
    const keys = start()
    const first = keys.for({ op: 'a' })
    keys.lost({ op: 'a' })
    expect([first, keys.for({ op: 'a' }), keys.for({ op: 'a' })]).toEqual(['key1', 'key1', 'key1'])
  })

  it('is the same when what was refused is mended', () => {
    const keys = start()
    expect([keys.for({ op: 'a' }), keys.for({ op: 'a', options: { b: 1 } })]).toEqual(['key1', 'key1'])
  })

  it('is another one when something else is asked for after a lost answer', () => {
    const keys = start()
    keys.for({ op: 'a' })
    keys.lost({ op: 'a' })
    expect([keys.for({ op: 'b' }), keys.for({ op: 'b' })]).toEqual(['key2', 'key2'])
  })
})
