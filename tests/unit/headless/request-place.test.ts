import type { IncomingMessage } from 'node:http'
import { hostname } from 'node:os'
import { describe, expect, test } from 'vitest'
import { checkPlace } from '../../../src/main/headless/request-place.ts'

const request = (headers: Record<string, string>): IncomingMessage =>
  ({ headers, socket: { localPort: 4000 } }) as unknown as IncomingMessage
const isLetIn = (headers: Record<string, string>, listenHost = '127.0.0.1', isPage = false): boolean => {
  try {
    checkPlace(request(headers), listenHost, isPage)
    return true
  } catch {
    return false
  }
}

describe('where a request may come from', () => {
  test.each(['127.0.0.1:4000', 'localhost:4000', 'LOCALHOST:4000', '[::1]:4000'])('the name %s is ours', (host) => {
    expect(isLetIn({ host })).toBe(true)
  })

  test.each([
    'evil.example:4000',
    '127.0.0.1:4001',
    '127.0.0.1',
    '192.168.1.4:4000',
    'localhost.evil.example:4000',
    'user@localhost:4000',
    'localhost:4000x',
    '',
  ])('the name "%s" is not', (host) => expect(isLetIn({ host })).toBe(false))

  test('a request without a name is refused', () => {
    expect(isLetIn({})).toBe(false)
  })

  test('the name to listen on is ours too', () => {
    expect(isLetIn({ host: 'desk.lan:4000' }, 'desk.lan')).toBe(true)
  })

  test('when listening everywhere, any address and the name of the machine are ours, other names are not', () => {
    expect(isLetIn({ host: '192.168.1.4:4000' }, '0.0.0.0')).toBe(true)
    expect(isLetIn({ host: '[fe80::1]:4000' }, '::')).toBe(true)
    expect(isLetIn({ host: `${hostname()}:4000` }, '0.0.0.0')).toBe(true)
    expect(isLetIn({ host: 'evil.example:4000' }, '0.0.0.0')).toBe(false)
  })

  test('a page of this host may call, one of another origin may not', () => {
    const host = 'localhost:4000'
    expect(isLetIn({ host, origin: 'http://localhost:4000' })).toBe(true)
    for (const origin of ['http://evil.example', 'http://localhost:5173', 'http://localhost', 'http://127.0.0.1:4000', 'null', 'file://']) {
      expect(isLetIn({ host, origin }), origin).toBe(false)
    }
  })

  test('a page of another port of this machine reaches the files only, even when it sends no origin', () => {
    const headers = { host: 'localhost:4000', 'sec-fetch-site': 'same-site' }
    expect(isLetIn(headers)).toBe(false)
    expect(isLetIn(headers, '127.0.0.1', true)).toBe(true)
    expect(isLetIn({ ...headers, 'sec-fetch-site': 'same-origin' })).toBe(true)
  })
})
