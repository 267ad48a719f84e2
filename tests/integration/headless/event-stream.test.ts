import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { describe, expect, test, vi } from 'vitest'
import { OPERATOR_TOKEN, openScene, type Scene } from './scene.ts'

interface ServerSentEvent {
  readonly event?: string
  readonly id?: string
  readonly data?: string
}

/** Opens a stream as a script would and reads it event by event. */
async function openStream(
  { server }: Scene,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ response: IncomingMessage; next(): Promise<ServerSentEvent> }> {
  const sent = request(`${server.url}${path}`, { headers: { authorization: `Bearer ${OPERATOR_TOKEN}`, ...headers }, agent: false }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.setEncoding('utf8')
  const chunks = response[Symbol.asyncIterator]()
  let text = ''
  return {
    response,
    async next() {
      for (;;) {
        const end = text.indexOf('\n\n')
        if (end < 0) {
          const { done, value } = await chunks.next()
          if (done) return {}
          text += value
          continue
        }
        const fields = text
          .slice(0, end)
          .split('\n')
          .map((line) => line.split(/: ?(.*)/s, 2) as [string, string])
        text = text.slice(end + 2)
        const event = Object.fromEntries(fields.filter(([name]) => name !== ''))
        if (Object.keys(event).length > 0) return event
      }
    },
  }
}

const seqsOf = ({ data = '{}' }: ServerSentEvent): number[] => (JSON.parse(data).events ?? []).map((event: { seq: number }) => event.seq)

describe('the event stream of a run', () => {
  test('has the last seq as id and goes on behind Last-Event-ID', async () => {
    const scene = await openScene()
    scene.core.addRun({ id: 'r1' })
    for (const n of [1, 2, 3]) scene.core.emit('r1', `line ${n}`)

    const stream = await openStream(scene, '/api/runs/r1/events/stream')
    const snapshot = await stream.next()
    scene.core.emit('r1', 'line 4')
    const fourth = await stream.next()
    stream.response.destroy()
    scene.core.emit('r1', 'line 5')
    const resumed = await openStream(scene, '/api/runs/r1/events/stream?afterSeq=0', { 'last-event-id': fourth.id ?? '' })

    expect(stream.response.headers['content-type']).toBe('text/event-stream')
    expect([snapshot.id, seqsOf(snapshot)]).toEqual(['3', [1, 2, 3]])
    expect([fourth.id, seqsOf(fourth)]).toEqual(['4', [4]])
    expect(seqsOf(await resumed.next())).toEqual([5])
    resumed.response.destroy()
  })

  test('starts behind afterSeq', async () => {
    const scene = await openScene()
    scene.core.addRun({ id: 'r1' })
    for (const n of [1, 2, 3]) scene.core.emit('r1', `line ${n}`)

    const stream = await openStream(scene, '/api/runs/r1/events/stream?afterSeq=2')

    expect(seqsOf(await stream.next())).toEqual([3])
    stream.response.destroy()
  })

  test('of a run that is not there is a plain 404', async () => {
    const { get } = await openScene()

    expect((await get('/api/runs/nothere/events/stream')).json()).toMatchObject({ code: 'NOT_FOUND', status: 404 })
  })

  test('refuses an id that it never gave', async () => {
    const scene = await openScene()
    scene.core.addRun({ id: 'r1' })

    const answer = await scene.send('GET', '/api/runs/r1/events/stream', { headers: { 'last-event-id': 'abc' } })

    expect(answer.json()).toMatchObject({ code: 'VALIDATION_FAILED', message: expect.stringMatching(/^Last-Event-ID: /) })
  })

  test('ends in the core when the reader goes away', async () => {
    const scene = await openScene()
    scene.core.addRun({ id: 'r1' })
    const streams = await Promise.all([1, 2, 3].map(() => openStream(scene, '/api/runs/r1/events/stream')))
    await Promise.all(streams.map((stream) => stream.next()))
    expect(scene.core.openStreams).toBe(3)

    for (const stream of streams) stream.response.destroy()

    await vi.waitFor(() => expect(scene.core.openStreams).toBe(0), { timeout: 10_000 })
  })

  test('holds a reader back that does not read', async () => {
    const scene = await openScene()
    scene.core.addRun({ id: 'r1' })
    const stream = await openStream(scene, '/api/runs/r1/events/stream')
    stream.response.pause()
    const text = 'x'.repeat(64 * 1024)

    for (let n = 1; n <= 1_000; n += 1) {
      scene.core.emit('r1', text)
      await new Promise(setImmediate)
    }

    expect(scene.core.pulled * text.length).toBeLessThan(32 * 1024 * 1024)
    stream.response.destroy()
  })

  test('of everything on screen goes on behind the last revision', async () => {
    const scene = await openScene()
    const stream = await openStream(scene, '/api/watch')
    const snapshot = await stream.next()
    stream.response.destroy()
    scene.core.change({ collection: 'inbox', key: 'i1', value: null })

    const resumed = await openStream(scene, '/api/watch', { 'last-event-id': snapshot.id ?? '' })
    const next = await resumed.next()
    resumed.response.destroy()

    expect(JSON.parse(snapshot.data ?? '')).toMatchObject({ type: 'snapshot' })
    expect(JSON.parse(next.data ?? '')).toMatchObject({ type: 'changes', revision: { n: 1 } })
  })

  test('ends when the host closes, and closing does not wait for its reader', async () => {
    const scene = await openScene()
    scene.core.addRun({ id: 'r1' })
    const stream = await openStream(scene, '/api/runs/r1/events/stream')
    await stream.next()

    await scene.server.close()

    await vi.waitFor(() => expect(scene.core.openStreams).toBe(0), { timeout: 10_000 })
  })
})
