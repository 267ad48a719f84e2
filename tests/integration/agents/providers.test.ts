import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpencodeScene, openScene, script, startAgain, startTurn } from '../../support/opencode.ts'
import { failOnLeftovers } from '../../support/temp.ts'

failOnLeftovers()
let scene: OpencodeScene
let repo: string
beforeAll(async () => {
  scene = await openScene({ settings: { providerTimeoutMs: 1_000 } })
  repo = scene.repository('repo')
})
afterAll(() => scene.close())

test('a refusal of the provider fails at once with its status and words', async () => {
  const turn = startTurn(scene, { directory: repo, prompt: script([{ status: 400, message: 'no such thing' }]) })
  const ending = await turn.ending
  expect(ending).toMatchObject({ kind: 'failed', error: { code: 'PROVIDER_ERROR', retryable: false, data: { status: 400 } } })
  expect(ending.kind === 'failed' && ending.error.message).toContain('The provider “fake” answered 400: no such thing')
})

test('a failed answer is asked for again by the next attempt, without saying the prompt twice', async () => {
  const first = startTurn(scene, { directory: repo, prompt: script([{ status: 401, times: 1, text: 'in the end' }]) })
  expect(await first.ending).toMatchObject({ kind: 'failed', error: { code: 'PROVIDER_ERROR', retryable: false } })

  const again = startAgain(scene, first)
  expect(await again.ending).toMatchObject({ kind: 'done', text: 'in the end' })
  expect(again.data('prompt')).toEqual([])
  expect(scene.model.requests.at(-1)!.body.messages.filter(({ role }) => role === 'user')).toHaveLength(1)
})

test('a provider that recovers is waited for, and each wait is told', async () => {
  const headers = { 'retry-after-ms': '300' }
  const turn = startTurn(scene, {
    directory: repo,
    prompt: script([{ status: 500, times: 2, headers, message: 'overloaded', text: 'recovered' }]),
  })

  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'recovered' })
  expect(turn.data('provider.retry')).toMatchObject([
    { attempt: 1, message: 'overloaded', nextAt: expect.any(Number) },
    { attempt: 2, message: 'overloaded', nextAt: expect.any(Number) },
  ])
  expect(turn.progress.map(({ message }) => message)).toContain('waiting for the provider: attempt 2, again in 1 s')
})

test('a limit with a short retry-after is waited out', async () => {
  const turn = startTurn(scene, {
    directory: repo,
    prompt: script([{ status: 429, times: 1, headers: { 'retry-after': '1' }, text: 'after the limit' }]),
  })
  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'after the limit' })
  expect(turn.data('provider.retry')).toHaveLength(1)
})

test('a limit that lasts longer ends the turn with the time the provider asked for', async () => {
  const turn = startTurn(scene, {
    directory: repo,
    prompt: script([{ status: 429, headers: { 'retry-after': '3600' }, message: 'usage limit reached' }]),
  })
  const ending = await turn.ending
  expect(ending).toMatchObject({ kind: 'failed', error: { code: 'PROVIDER_LIMIT', retryable: true } })
  const { retryAfterMs = 0, message = '' } = ending.kind === 'failed' ? ending.error : {}
  expect(retryAfterMs).toBeGreaterThan(3_500_000)
  expect(retryAfterMs).toBeLessThanOrEqual(3_600_000)
  expect(message).toContain('usage limit reached')
})

test('a provider that never answers is given up after its time and tried again', async () => {
  const turn = startTurn(scene, { directory: repo, prompt: script([{ hang: 'headers' }]) })
  await turn.until(() => turn.data('provider.retry').length === 1, 20_000)
  expect(turn.data('provider.retry')[0]!.message).toContain('timed out after 1000ms')
  turn.abort()
  expect(await turn.ending).toMatchObject({ kind: 'aborted' })
})

test('what a provider said before it fell silent is taken back when it is tried again', async () => {
  const turn = startTurn(scene, { directory: repo, prompt: script([{ text: 'stalls after three', chunks: 6, hangAfter: 3 }]) })
  await turn.until(() => turn.data('provider.retry').length === 1, 20_000)
  expect(turn.deltas.length).toBeGreaterThan(0)
  expect(turn.shown.size).toBe(0)
  expect(turn.dropped).toHaveLength(1)
  turn.abort()
  expect(await turn.ending).toMatchObject({ kind: 'aborted' })
})

test('a line that drops in the middle of an answer is a wait and no failure', async () => {
  const turn = startTurn(scene, { directory: repo, prompt: script([{ text: 'drops after three', chunks: 6, dropAfter: 3 }]) })
  await turn.until(() => turn.data('provider.retry').length === 1, 20_000)
  turn.abort()
  expect(await turn.ending).toMatchObject({ kind: 'aborted' })
})

test('a provider that fails for ever ends the turn after six tries', async () => {
  const turn = startTurn(scene, { directory: repo, prompt: script([{ status: 500, message: 'down' }]) })
  expect(await turn.ending).toMatchObject({ kind: 'failed', error: { code: 'PROVIDER_ERROR', retryable: true, data: { status: 500 } } })
  expect(turn.data('provider.retry').map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5])
}, 150_000)
