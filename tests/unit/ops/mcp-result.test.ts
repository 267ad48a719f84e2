import { expect, it } from 'vitest'
import { readAnswer } from '../../../src/main/ops/mcp/result.ts'

it('texts are kept, pictures by their kind and size', () => {
  const { text, result } = readAnswer({
    content: [
      { type: 'text', text: 'one' },
      { type: 'image', data: Buffer.from('12345').toString('base64'), mimeType: 'image/png' },
      { type: 'resource', resource: { uri: 'file:///a', text: 'two' } },
      { type: 'resource', resource: { uri: 'file:///b', blob: Buffer.from('123').toString('base64') } },
      { type: 'resource_link', uri: 'file:///c', name: 'c' },
    ],
    structuredContent: { sum: 3 },
  })
  expect(text).toBe('one\ntwo')
  expect(result).toEqual({
    content: [
      { type: 'text', text: 'one' },
      { type: 'image', mimeType: 'image/png', sizeBytes: 5 },
      { type: 'resource', uri: 'file:///a', text: 'two' },
      { type: 'resource', uri: 'file:///b', sizeBytes: 3 },
      { type: 'resource_link', uri: 'file:///c', name: 'c' },
    ],
    structuredContent: { sum: 3 },
    truncated: false,
  })
})

it('an answer that is too long is cut, and says so', () => {
  const { result } = readAnswer({ content: [{ type: 'text', text: 'x'.repeat(100_000) }], structuredContent: { y: 'y' } })
  const { content, truncated, ...rest } = result as { content: { text: string }[]; truncated: boolean }
  expect([content[0]!.text.length, truncated, rest]).toEqual([65_536, true, {}])
})
