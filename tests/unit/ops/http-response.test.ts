import { describe, expect, it } from 'vitest'
import { decodeText, parseRetryAfter, plainHeaders, readBody } from '../../../src/main/ops/http/read-response.ts'

const NOW = Date.UTC(2026, 0, 5, 12)

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Mon, 05 Jan 2026 12:00:30 GMT', 30_000],
    ['Mon, 05 Jan 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['', undefined],
    [null, undefined],
  ])('%j is read as %j milliseconds', (value, expected) => {
    expect(parseRetryAfter(value, NOW)).toBe(expected)
  })
})

describe('the text of a body', () => {
  it('is read in the encoding that its type names', () => {
    expect(decodeText(Uint8Array.of(0x67, 0x72, 0xfc, 0x6e), 'text/plain; charset="iso-8859-1"')).toBe('grün')
  })

  it('drops a character that was cut off at the end', () => {
    expect(decodeText(Buffer.from('grün').subarray(0, 3), null)).toBe('gr')
  })

  it('is nothing for bytes that are no text, and for an encoding nobody knows', () => {
    expect([decodeText(Uint8Array.of(0x89, 0x50, 0, 1), null), decodeText(Uint8Array.of(0xff, 0xfe, 0xfd), null)]).toEqual([null, null])
    expect(decodeText(Buffer.from('a'), 'text/plain; charset=klingon')).toBe(null)
  })
})

describe('a body', () => {
  it('is read up to the limit and no further', async () => {
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1
        controller.enqueue(Buffer.from('0123456789'))
      },
    })
    const body = await readBody(new Response(endless), 25)
    expect(body).toEqual({ text: '0123456789012345678901234'.slice(0, 25), sizeBytes: 25, truncated: true })
    expect(pulled).toBeLessThan(10)
  })

  it('that ends at the limit is whole', async () => {
    expect(await readBody(new Response('12345'), 5)).toEqual({ text: '12345', sizeBytes: 5, truncated: false })
  })

  it('may be missing', async () => {
    expect(await readBody(new Response(null, { status: 204 }), 5)).toEqual({ text: '', sizeBytes: 0, truncated: false })
  })
})

it('cookies are not kept', () => {
  expect(plainHeaders(new Headers({ 'X-One': '1', 'Set-Cookie': 'session=secret' }))).toEqual({ 'x-one': '1' })
})
