import { expect, test } from 'vitest'
import { type Watchers, watchLive } from '../../../src/main/desktop/watch.ts'
import type { LiveMessage } from '../../../src/shared/models/index.ts'
import { changed, run, snapshot } from './samples.ts'

async function titlesAfter(...messages: LiveMessage[]): Promise<string[]> {
  const titles: string[] = []
  const watchers: Watchers = { refresh: () => {}, notify: ({ title }) => titles.push(title) }
  async function* stream() {
    yield* messages
  }
  await watchLive(stream(), watchers)
  return titles
}

test('what the first snapshot holds is no news', async () => {
  expect(await titlesAfter(snapshot({ runs: [run({ status: 'failed', endedAt: 2_000 })] }))).toEqual([])
})

test('an ending is told whether it comes as a change or in a later snapshot', async () => {
  const done = run({ status: 'succeeded', endedAt: 2_000 })
  expect(await titlesAfter(snapshot({ runs: [run()] }), changed(done))).toEqual(['Done: Fix the login'])
  expect(await titlesAfter(snapshot({ runs: [run()] }), snapshot({ runs: [done] }))).toEqual(['Done: Fix the login'])
})

test('several changes of one run in one message are one piece of news', async () => {
  const done = run({ status: 'succeeded', endedAt: 2_000 })
  expect(await titlesAfter(snapshot(), changed(run(), done))).toEqual(['Done: Fix the login'])
})
