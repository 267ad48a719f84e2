import { expect, onTestFinished, test, vi } from 'vitest'
import { isAlive, processIdentity } from '../../../src/main/platform/index.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { openScene, script, startTurn } from '../../support/opencode.ts'
import { runWith } from '../../support/run-with.ts'
import { failOnLeftovers } from '../../support/temp.ts'

failOnLeftovers()

const NAME = 'OpenCode server'

test('a server that is killed again and again is parked at the sixth time; agents are told, and a reset brings it back', async () => {
  const clock = createManualClock()
  const scene = await openScene({ clock })
  onTestFinished(() => runWith(clock, scene.close()))
  const { agents, supervisor } = scene
  const repo = scene.repository('repo')
  const ask = (text: string) => runWith(clock, startTurn(scene, { directory: repo, prompt: script([{ text }]) }).ending)
  const status = () => supervisor.status(NAME)
  const untilState = (state: string) => vi.waitFor(() => expect(status().state).toBe(state), { timeout: 60_000, interval: 20 })
  const kill = async () => {
    const server = processIdentity(agents.status().pid!)!
    process.kill(server.pid, 'SIGKILL')
    await vi.waitFor(() => expect(isAlive(server)).toBe(false), { timeout: 10_000 })
  }

  expect(status()).toMatchObject({ state: 'stopped', critical: false })
  expect(await ask('the first')).toMatchObject({ kind: 'done' })
  for (let crash = 1; crash <= 5; crash += 1) {
    await kill()
    await untilState('waiting')
    expect(status()).toMatchObject({ breaker: 'closed', lastError: expect.stringContaining('SIGKILL') })
    await clock.advance(status().nextTryAt! - clock.now())
    await untilState('running')
  }
  await kill()
  await untilState('open')
  expect(status()).toMatchObject({ breaker: 'open', restarts: 5, nextTryAt: expect.any(Number) })
  expect(agents.status()).toMatchObject({ state: 'failed', pid: null, error: expect.stringContaining('SIGKILL') })

  expect(await ask('in vain')).toMatchObject({
    kind: 'failed',
    error: {
      code: 'OPENCODE_UNAVAILABLE',
      message: expect.stringMatching(/crashed too often.*Reset/),
      retryable: true,
      retryAfterMs: expect.any(Number),
    },
  })

  supervisor.reset(NAME)
  await untilState('running')
  expect(status()).toMatchObject({ breaker: 'closed', restarts: 6 })
  expect(await ask('back')).toMatchObject({ kind: 'done', text: 'back' })
})
