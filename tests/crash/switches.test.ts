import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { entryPath } from '../../src/main/platform/index.ts'
import type { DispatchedRun } from '../../src/shared/contract/index.ts'
import type { RunSummary, WorkerStatus } from '../../src/shared/models/index.ts'
import { failOnLeftovers } from '../support/temp.ts'
import { ApiError, type Host, openScene, type Scene, until, untilNothingIsLeft } from './scene.ts'

failOnLeftovers()

const PROGRAM = fileURLToPath(entryPath('fleet-worker'))
const NAME = basename(PROGRAM)
/** Right before or after the commit that says whom the run waits for. */
const WAITS = 'UPDATE runs SET status = .* awaiting_reconnect'

function makeBuild({ folder }: Scene, version: string, change: (source: string) => string = (source) => source): string {
  const build = join(folder, `build-${version}`)
  mkdirSync(build)
  copyFileSync(PROGRAM, join(build, NAME))
  writeFileSync(join(build, 'package.json'), JSON.stringify({ version, type: 'module' }))
  writeFileSync(join(build, NAME), `${change(readFileSync(PROGRAM, 'utf8'))}\n// ${version}\n`)
  return build
}

/** A host with a worker of version 1.0.0. */
async function openFleet(dieWhen?: 'before' | 'after') {
  const scene = await openScene()
  const old = makeBuild(scene, '1.0.0')
  const fleet = [{ id: 'w1', program: join(old, NAME) }]
  const node = ['--import', join(import.meta.dirname, 'die-at-commit.ts')]
  const first = await scene.start({ fleet, ...(dieWhen ? { node, env: { DIE_AT: WAITS, DIE_WHEN: dieWhen } } : {}) })
  return { scene, old, first, next: () => scene.start({ fleet }) }
}
/** Asks for a switch as soon as the worker is known; a host that dies of it does not answer. */
async function askForSwitch(host: Host, options: object): Promise<void> {
  await until(async () =>
    (await host.get<{ workers: WorkerStatus[] }>('/workers')).workers.some(({ id, state }) => id === 'worker-w1' && state === 'running'),
  )
  const ask = () => host.post<{ runs: DispatchedRun[] }>('/dispatch', { op: 'worker.switch', targets: ['w1'], options })
  // It is known a moment after it runs; an answer with another code is a mistake of this test.
  await until(() =>
    ask().then(
      () => true,
      (error: unknown) => {
        if (!(error instanceof ApiError)) return true
        if (error.code !== 'NOT_FOUND') throw error
        return false
      },
    ),
  )
}
const theRun = async (host: Host): Promise<string> => (await host.get<{ runs: RunSummary[] }>('/runs')).runs[0]!.id

describe('a host that dies while a worker is switched', () => {
  it('right before that is stored tries again with its next start', async () => {
    const { scene, first, next } = await openFleet('before')
    await askForSwitch(first, { to: makeBuild(scene, '1.1.0') })
    await first.exited
    await untilNothingIsLeft(first.instanceId)
    const second = await next()
    expect(await second.until(await theRun(second), 'succeeded', 'failed')).toMatchObject({ outcome: 'success', attempt: 2, lost: 1 })
    await second.signal('SIGTERM')
  })

  it.each([
    ['the old build came back, for the command was never sent', '1.1.0', { status: 'failed', outcome: 'stale_binary' }],
    ['that was a restart, and a new instance came back', '1.0.0', { status: 'succeeded', outcome: 'success' }],
  ] as const)('right after that is stored has the next one say that %s', async (_what, version, expected) => {
    const { scene, old, first, next } = await openFleet('after')
    await askForSwitch(first, { to: version === '1.0.0' ? old : makeBuild(scene, version) })
    await first.exited
    await untilNothingIsLeft(first.instanceId)
    const second = await next()
    expect(await second.until(await theRun(second), 'succeeded', 'failed')).toMatchObject({ ...expected, attempt: 1, lost: 0 })
    await second.signal('SIGTERM')
  })

  it('after the command was sent has the next one judge who came back', async () => {
    const { scene, first, next } = await openFleet()
    const reached = join(scene.folder, 'reached')
    const slow = (source: string): string =>
      source.replace(
        /await say\(\{\n {2}hello/,
        `process.getBuiltinModule('fs').writeFileSync('${reached}', '')\nawait new Promise((later) => setTimeout(later, 60_000))\nawait say({\n  hello`,
      )
    await askForSwitch(first, { to: makeBuild(scene, '1.1.0', slow) })
    await until(() => existsSync(reached))
    await first.kill()
    await untilNothingIsLeft(first.instanceId)
    const second = await next()
    expect(await second.until(await theRun(second), 'succeeded', 'failed')).toMatchObject({ outcome: 'stale_binary', attempt: 1, lost: 0 })
    await second.signal('SIGTERM')
  })

  it('and stays away past the deadline has the next one say that it was too late', async () => {
    const { scene, first, next } = await openFleet('after')
    await askForSwitch(first, { to: makeBuild(scene, '1.1.0'), deadlineMs: 100 })
    await first.exited
    await untilNothingIsLeft(first.instanceId)
    const second = await next()
    expect(await second.until(await theRun(second), 'succeeded', 'failed')).toMatchObject({ outcome: 'timed_out', attempt: 1 })
    await second.signal('SIGTERM')
  })
})
