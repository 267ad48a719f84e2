/** Every way in which a worker may come back from a switch, and every moment in which the host may die while a run waits for that. */
import { join } from 'node:path'
import { expect } from 'vitest'
import type { DispatchedRun } from '../../src/shared/contract/index.ts'
import type { Run, RunSummary, WorkerStatus } from '../../src/shared/models/index.ts'
import { beforeHello, makeBuild, PROGRAM_NAME, saying } from '../support/fleet.ts'
import { ApiError, type Host, openScene, type Scene, until, untilNothingIsLeft } from './scene.ts'

/** When the host dies: right before or after it is stored whom the run waits for, or not at all. */
export type Moment = 'before' | 'after' | 'never'

interface Row {
  /** What the build that the worker is switched to says of itself; without it that is the old build. */
  readonly change?: (source: string, scene: Scene) => string
  readonly options?: object
  readonly ending: { readonly outcome: Run['outcome']; readonly words?: string }
}

const INSTANCE = /instanceId: randomUUID\(\)\.replaceAll\('-', ''\)/
/** Where the worker of version 1.0.0 leaves its instance id. */
const instanceFile = ({ folder }: Scene): string => join(folder, 'instance')
const leaveInstance = (scene: Scene) =>
  saying(
    INSTANCE,
    `instanceId: ((id) => (process.getBuiltinModule('fs').writeFileSync('${instanceFile(scene)}', id), id))(randomUUID().replaceAll('-', ''))`,
  )
const asItIs = (source: string): string => source

const ROWS: Readonly<Record<string, Row>> = {
  'a new instance of the expected build': { change: asItIs, ending: { outcome: 'success' } },
  'a new instance of the same build': { ending: { outcome: 'success' } },
  'a new instance of the old build, where another one was expected': {
    options: { expected: { version: '1.1.0', contentHash: 'f'.repeat(64) } },
    ending: { outcome: 'stale_binary', words: 'still is the old build' },
  },
  'the same instance': {
    change: (source, scene) => saying(INSTANCE, `instanceId: readFileSync('${instanceFile(scene)}', 'utf8')`)(source),
    ending: { outcome: 'suspicious', words: 'the very process' },
  },
  'an unknown version': {
    change: saying(/version: readVersion\(.*\)/, `version: '6.6.6'`),
    ending: { outcome: 'suspicious', words: 'neither the expected build nor the old one' },
  },
  'an unknown content': {
    change: saying(/contentHash: createHash\('sha256'\)/, `contentHash: createHash('sha512')`),
    ending: { outcome: 'suspicious', words: 'neither the expected build nor the old one' },
  },
  'a process that started before the old one': {
    change: saying(/const startedAt = Date\.now\(\)/, 'const startedAt = 1'),
    ending: { outcome: 'suspicious', words: 'started before the old one' },
  },
  nobody: {
    change: beforeHello('await new Promise((never) => setTimeout(never, 3_600_000))'),
    options: { deadlineMs: 700 },
    ending: { outcome: 'timed_out', words: 'did not come back in time' },
  },
}

/** Each row with its ending and with who comes back. */
export const rows = (): [outcome: string, who: string, Row][] =>
  Object.entries(ROWS).map(([who, row]) => [String(row.ending.outcome), who, row])

/** Right before or after the commit that says whom the run waits for. */
export const WAITS = 'UPDATE runs SET status = .* awaiting_reconnect'

/** A host with a worker of version 1.0.0, which dies at that commit if asked to; and its next life, with another program if asked to. */
export async function openFleetScene(dieWhen?: 'before' | 'after') {
  const scene = await openScene()
  const old = makeBuild(scene.folder, '1.0.0', leaveInstance(scene))
  const fleet = (build: string) => [{ id: 'w1', program: join(build, PROGRAM_NAME) }]
  const node = ['--import', join(import.meta.dirname, 'die-at-commit.ts')]
  const dying = dieWhen ? { node, env: { DIE_AT: WAITS, DIE_WHEN: dieWhen } } : {}
  const first = await scene.start({ fleet: fleet(old), ...dying })
  return { scene, old, first, next: (build = old) => scene.start({ fleet: fleet(build) }) }
}

/** Asks for a switch as soon as the worker is known; a host that dies of it does not answer. */
export async function askForSwitch(host: Host, options: object): Promise<void> {
  await until(async () => (await theWorker(host))?.state === 'running')
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

export const theWorker = async (host: Host): Promise<WorkerStatus | undefined> =>
  (await host.get<{ workers: WorkerStatus[] }>('/workers')).workers.find(({ workerId }) => workerId === 'w1')

export const theRun = async (host: Host): Promise<RunSummary> => (await host.get<{ runs: RunSummary[] }>('/runs')).runs[0]!

/** Has a run switch the worker, lets the host die, and looks at how the run ends in the host that is there then. */
export async function checkSwitch({ change, options, ending }: Row, moment: Moment): Promise<void> {
  const { scene, old, first, next } = await openFleetScene(moment === 'never' ? undefined : moment)
  const to = change ? makeBuild(scene.folder, '1.1.0', (source) => change(source, scene)) : old
  await askForSwitch(first, { to, ...options })
  let host = first
  if (moment !== 'never') {
    await first.exited
    await untilNothingIsLeft(first.instanceId)
    // The command was never sent: who comes back is whom the next host starts.
    host = await next(moment === 'after' ? to : old)
  }
  await until(async () => (await host.get<{ runs: RunSummary[] }>('/runs')).runs.length > 0)
  const { id } = await theRun(host)
  const run = await host.until(id, ['succeeded', 'failed', 'cancelled'], 60_000)
  const again = moment === 'before'
  expect({ outcome: run.outcome, attempt: run.attempt, lost: run.lost, error: run.error?.message ?? '' }).toEqual({
    outcome: ending.outcome,
    attempt: again ? 2 : 1,
    lost: again ? 1 : 0,
    error: expect.stringContaining(ending.words ?? ''),
  })
  if (ending.outcome === 'success') {
    const { instanceId, build } = (await theWorker(host))!
    expect({ workerId: 'w1', instanceId, build }).toEqual(run.steps[0]!.result)
  }
  expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
}
