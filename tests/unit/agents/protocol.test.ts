import { expect, test } from 'vitest'
import { parseModel } from '../../../src/main/agents/link.ts'
import { parseGlobalEvent, parseMessages } from '../../../src/main/agents/protocol.ts'

const event = (type: string, properties: object) => parseGlobalEvent({ directory: '/w', payload: { id: 'evt_1', type, properties } })

test('an event is read from its envelope, with the directory it is about', () => {
  expect(event('session.idle', { sessionID: 'ses_1' })).toEqual({
    kind: 'event',
    event: { type: 'session.idle', directory: '/w', sessionID: 'ses_1' },
  })
})

test('copies and events of no use are told from unknown ones', () => {
  expect(event('sync', {})).toEqual({ kind: 'unused', name: 'sync' })
  expect(event('plugin.added', {})).toEqual({ kind: 'unused', name: 'plugin.added' })
  expect(event('server.heartbeat', {})).toEqual({ kind: 'unused', name: 'server.heartbeat' })
  expect(event('session.levitated', {})).toEqual({ kind: 'unknown', name: 'session.levitated' })
})

test.each([[null], [{}], ['text'], [{ type: 'session.idle', properties: {} }]])('%j is no event', (value) => {
  expect(parseGlobalEvent(value).kind).toBe('unknown')
})

test('an event of an unexpected shape is unknown and no guess', () => {
  expect(event('session.status', { sessionID: 'ses_1', status: 'busy' })).toEqual({
    kind: 'unknown',
    name: 'session.status (unexpected shape)',
  })
})

test('a broken message is left out of a list', () => {
  const info = { id: 'msg_1', sessionID: 's', role: 'user', time: { created: 1 } }
  expect(parseMessages([{ info, parts: [{ type: 'snapshot' }] }, { info: {} }, null])).toEqual([{ info, parts: [] }])
  expect(parseMessages({})).toEqual([])
})

test('a model is a provider and a name that may hold slashes', () => {
  expect(parseModel('acme/a/b')).toEqual({ providerID: 'acme', modelID: 'a/b' })
  for (const text of ['acme', '/b', 'acme/', '']) expect(parseModel(text)).toBeNull()
})
