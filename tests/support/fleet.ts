import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, vi } from 'vitest'
import { runAwaiting, runsOfWorker } from '../../src/main/core/restart-targets.ts'
import { createOneAtATime, createWorkerSwitchOp } from '../../src/main/ops/index.ts'
import { type Clock, entryPath, silentLogger, systemClock } from '../../src/main/platform/index.ts'
import { createSupervisor } from '../../src/main/supervision/index.ts'
import { createFleet } from '../../src/main/workers/index.ts'
import type { Run } from '../../src/shared/models/index.ts'
import { openEngine } from './engine.ts'

const PROGRAM = fileURLToPath(entryPath('fleet-worker'))
/** The worker's program in its build folder. */
export const PROGRAM_NAME = basename(PROGRAM)

/** A build folder with the worker as it is, or changed as asked. */
export function makeBuild(folder: string, version: string, change: (source: string) => string = (source) => source): string {
  const build = join(folder, `build-${version}`)
  mkdirSync(build)
  writeFileSync(join(build, 'package.json'), JSON.stringify({ version, type: 'module' }))
  writeFileSync(join(build, PROGRAM_NAME), `${change(readFileSync(PROGRAM, 'utf8'))}\n// ${version}\n`)
  return build
}

/** Changes what the worker's source has to say somewhere. */
export const saying = (field: RegExp, instead: string) => (source: string) => {
  expect(source).toMatch(field)
  return source.replace(field, () => instead)
}

/** Right before it says who it is, something else happens. */
export const beforeHello = (first: string) => saying(/await say\(\{\n {2}hello/, `${first}\nawait say({\n  hello`)

/** A host's engine with one worker process, `w1`, that runs from a build of version 1.0.0. `clock` is that of the fleet. */
export async function openFleet(
  folder: string,
  { first = makeBuild(folder, '1.0.0'), clock = systemClock }: { first?: string; clock?: Clock } = {},
) {
  const later: { fleet?: ReturnType<typeof createFleet>; store?: Awaited<ReturnType<typeof openEngine>>['store'] } = {}
  const op = createWorkerSwitchOp({
    worker: (id) => later.fleet!.find(id),
    worksOn: (workerId) => runsOfWorker(later.store!, workerId),
    oneAtATime: createOneAtATime((target) => runAwaiting(later.store!, target)),
  })
  const engine = await openEngine(folder, { ops: [op] })
  later.store = engine.store
  const fleet = createFleet({
    specs: [{ id: 'w1', program: join(first, PROGRAM_NAME) }],
    store: engine.store,
    clock,
    logger: silentLogger,
    watchdog: { add: () => {}, remove: () => {} },
    hostInstanceId: engine.instanceId,
  })
  later.fleet = fleet
  const supervisor = createSupervisor({ clock: systemClock, logger: silentLogger })
  for (const worker of fleet.workers) supervisor.add(worker, { maxRestarts: 50 })
  onTestFinished(async () => {
    await supervisor.stop()
    fleet.close()
    await engine.close()
  })
  supervisor.start()
  engine.pool.start()
  const [worker] = fleet.workers
  const settled = (): Promise<void> =>
    vi.waitFor(
      async () => {
        const known = (await engine.store.instances()).filter(({ stoppedAt }) => stoppedAt === null)
        expect(known.map(({ instanceId }) => instanceId)).toEqual([worker!.current()?.instanceId])
      },
      { timeout: 15_000 },
    )
  await settled()
  const startSwitch = (to: string, more: object = {}): Promise<Run> =>
    engine.create({ steps: [{ op: 'worker.switch', params: { workerId: 'w1', to, ...more } }] })
  return {
    ...engine,
    first,
    worker: worker!,
    settled,
    startSwitch,
    switchTo: async (to: string, more: object = {}): Promise<Run> =>
      engine.until((await startSwitch(to, more)).id, 'succeeded', 'failed', 'cancelled'),
  }
}
