import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CreateRun } from '../../src/shared/contract/runs.ts'
import type { RunSummary } from '../../src/shared/models/index.ts'
import { failOnLeftovers } from '../support/temp.ts'
import { type Host, openScene, type Scene, until, untilNothingIsLeft } from './scene.ts'

failOnLeftovers()

/** Ignores SIGTERM the first time and ends at once the second time. */
const STUBBORN = 'trap "" TERM; echo once more >> tries; [ $(wc -l < tries) -gt 1 ] && exit 0; echo ready; while :; do sleep 0.1; done'
const limited = (timeouts: { warningMs: number; hardMs: number; onTimeout: 'ask' | 'kill' }): CreateRun => ({
  steps: [{ op: 'shell', params: { command: STUBBORN }, timeouts }],
})
const LONG = 600_000

/** Starts a run on a host that then dies, and the next host. `dies` resolves when it is time, or when the host is dead. */
async function across(
  scene: Scene,
  request: CreateRun,
  dies: (host: Host, runId: string) => Promise<void>,
  dieAt?: [string, 'before' | 'after'],
) {
  const first = await scene.start(
    dieAt && {
      node: ['--import', join(import.meta.dirname, 'die-at-commit.ts')],
      env: { DIE_AT: dieAt[0], DIE_WHEN: dieAt[1] },
    },
  )
  const { id } = await first.create(request)
  const ready = until(async () => (await first.events(id)).some(({ kind }) => kind === 'log'))
  await Promise.race([ready, first.exited])
  ready.catch(() => {})
  await dies(first, id)
  if (dieAt) await first.exited
  else await first.kill()
  await untilNothingIsLeft(first.instanceId)
  const second = await scene.start()
  return { second, id }
}
const kill = async (host: Host, runId: string): Promise<void> => {
  await host.post('/dispatch', { op: 'kill', targets: [runId] }).catch(() => {})
}

describe('a host that is killed in the middle of', () => {
  it('a kill has killed the run when the next one has started', async () => {
    const scene = await openScene()
    const { second, id } = await across(scene, limited({ warningMs: LONG, hardMs: LONG, onTimeout: 'kill' }), async (host, runId) => {
      await kill(host, runId)
      expect(await host.run(runId)).toMatchObject({ status: 'cancelling', cancelMode: 'kill' })
    })
    expect(await second.until(id, 'succeeded', 'failed', 'cancelled')).toMatchObject({
      status: 'cancelled',
      outcome: 'killed',
      endedHow: 'fenced',
      attempt: 1,
    })
    await second.signal('SIGTERM')
  })

  /** The deed, and the run that is kept of it. */
  const theDeed = (op: string): string => `cancel_mode = \\?.* ${op} `
  const theRecord = (op: string): string => `^INSERT INTO runs.* ${op} `
  it.each([
    ['kill', 'before', theDeed],
    ['kill', 'after', theDeed],
    ['kill', 'before', theRecord],
    ['kill', 'after', theRecord],
    ['cancel', 'before', theRecord],
    ['cancel', 'after', theDeed],
  ] as const)('a %s, right %s it is stored, leaves both what was done and the run that says so, or neither', async (op, when, point) => {
    const scene = await openScene()
    const request = limited({ warningMs: LONG, hardMs: LONG, onTimeout: 'kill' })
    const dispatch = async (host: Host, runId: string): Promise<void> => {
      await host.post('/dispatch', { op, targets: [runId] }).catch(() => {})
    }
    const { second, id } = await across(scene, request, dispatch, [point(op), when])
    const target = await second.until(id, 'succeeded', 'failed', 'cancelled')
    const { runs } = await second.get<{ runs: RunSummary[] }>('/runs')
    const kept = runs.filter((run) => run.op === op)
    if (when === 'before') expect([target, kept]).toMatchObject([{ status: 'succeeded', attempt: 2, lost: 1 }, []])
    else {
      const outcome = op === 'kill' ? 'killed' : 'cancelled'
      expect(target).toMatchObject({ status: 'cancelled', outcome, endedHow: 'fenced', attempt: 1 })
      expect(kept).toMatchObject([{ status: 'succeeded', outcome: 'success' }])
      expect((await second.run(kept[0]!.id)).steps[0]?.result).toMatchObject({ target: id, asked: op, status: 'cancelling', attempt: 1 })
    }
    await second.signal('SIGTERM')
  })

  it('a step that takes long begins its next attempt with a fresh clock', async () => {
    const scene = await openScene()
    const { second, id } = await across(scene, limited({ warningMs: 100, hardMs: LONG, onTimeout: 'ask' }), (host, runId) =>
      until(async () => (await host.run(runId)).timeoutStatus === 'warning'),
    )
    const run = await second.until(id, 'succeeded', 'failed', 'cancelled')
    expect(run).toMatchObject({ status: 'succeeded', attempt: 2, lost: 1, steps: [{ timeoutStatus: 'normal' }] })
    expect(run.steps[0]!.warningAt).toBe(run.steps[0]!.startedAt! + 100)
    await second.signal('SIGTERM')
  })

  it('a step whose time is over and that asks has lost the question with the attempt, and tries again', async () => {
    const scene = await openScene()
    const { second, id } = await across(scene, limited({ warningMs: 100, hardMs: 500, onTimeout: 'ask' }), (host, runId) =>
      until(async () => (await host.run(runId)).attention === 'timeout'),
    )
    expect(await second.until(id, 'succeeded', 'failed', 'cancelled')).toMatchObject({
      status: 'succeeded',
      attempt: 2,
      lost: 1,
      attention: null,
    })
    await second.signal('SIGTERM')
  })

  it.each([
    ['before', { status: 'succeeded', attempt: 2, lost: 1 }],
    ['after', { status: 'failed', outcome: 'timed_out', endedHow: 'fenced', attempt: 1, lost: 0 }],
  ] as const)(
    'a step whose time is over and that ends by itself, right %s that is stored, leaves what was stored',
    async (when, expected) => {
      const scene = await openScene()
      const request = limited({ warningMs: 100, hardMs: 1_500, onTimeout: 'kill' })
      const { second, id } = await across(scene, request, async () => {}, ['SET timeout_status = \\? .* timed_out ', when])
      expect(await second.until(id, 'succeeded', 'failed', 'cancelled')).toMatchObject(expected)
      await second.signal('SIGTERM')
    },
  )
})
