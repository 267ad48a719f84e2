import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readEventStream, type StreamMessage } from '../../../src/main/cli/event-stream.ts'

async function* inChunks(text: string, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  let from = 0
  for (const to of places) {
    yield bytes.subarray(from, to)
    from = to
  }
}
async function read(text: string, cuts: readonly number[] = []): Promise<StreamMessage[]> {
  const messages: StreamMessage[] = []
  for await (const message of readEventStream(inChunks(text, cuts))) messages.push(message)
  return messages
}

describe('server-sent events', () => {
  const text = ': \n\nevent: message\nid: 4\ndata: {"text":"grün: ja"}\n\ndata: one\ndata: two\n\nevent: done\ndata\n\n'
  const messages = [{}, { event: 'message', id: '4', data: '{"text":"grün: ja"}' }, { data: 'one\ntwo' }, { event: 'done' }]

  test('are read message by message, comments as empty ones', async () => {
    expect(await read(text)).toEqual(messages)
  })

  test('are the same wherever the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(200), { maxLength: 8 }), async (cuts) => {
        expect(await read(text, cuts)).toEqual(messages)
      }),
    )
  })

  test('that are unfinished at the end are left out', async () => {
    expect(await read('data: one\n\ndata: tw')).toEqual([{ data: 'one' }])
  })
})
