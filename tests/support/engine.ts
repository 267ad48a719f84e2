import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { createShellOp } from '../../src/main/ops/shell.ts'
import { newId, silentLogger, startWatchdog, systemClock } from '../../src/main/platform/index.ts'
import { createRunFeed, createRuns, defineOp, type OpContext, type OpDefinition, type StepEnding } from '../../src/main/runs/index.ts'
import { openSqliteStore } from '../../src/main/store/sqlite/index.ts'
import { type Admission, createExecutorPool, createHeartbeats, createTimeoutChecker, type Workspace } from '../../src/main/workers/index.ts'
import { CreateRun } from '../../src/shared/contract/runs.ts'
import { type Run, type RunStatus, Settings } from '../../src/shared/models/index.ts'

/** The queue with a real store, real processes, real time limits and the `shell` op, and whatever other ops a test brings. */
export async function openEngine(
  folder: string,
  options: { ops?: OpDefinition[]; limits?: Partial<Settings['limits']>; leaseMs?: number } = {},
) {
  const store = await openSqliteStore({ file: join(folder, 'controlroom.sqlite') })
  const instanceId = newId()
  const watchdog = startWatchdog({ instanceId })
  const ops = new Map([createShellOp({ clock: systemClock, watchdog }), ...(options.ops ?? [])].map((op) => [op.name, op]))
  const settings = Settings.parse({ limits: options.limits })
  const feed = createRunFeed(store, systemClock)
  const workspace: Workspace = {
    async prepare(run) {
      const directory = join(folder, 'scratch', run.id)
      await mkdir(directory, { recursive: true })
      return directory
    },
    finish: async () => {},
  }
  const heartbeats = createHeartbeats({
    connect: () => store.connectWriterPort(),
    leaseMs: 60_000,
    intervalMs: 200,
    clock: systemClock,
    logger: silentLogger,
  })
  const told = { ready: () => {}, crashed: () => {} }
  heartbeats.start(told)
  let admission: Admission = 'all'
  const pool = createExecutorPool({
    admission: () => admission,
    store,
    ops,
    feed,
    workspace,
    project: () => null,
    clock: systemClock,
    logger: silentLogger,
    instanceId,
    workerId: 'test',
    random: () => 0,
    heartbeats,
    limits: () => ({ ...settings.limits, projects: {} }),
    concurrency: () => settings.limits.global,
  })
  const checker = createTimeoutChecker({
    store,
    pool,
    clock: systemClock,
    logger: silentLogger,
    random: () => 0,
  })
  checker.start(told)
  const stop = async (): Promise<void> => {
    await checker.stop()
    pool.retire()
    return pool.stop()
  }
  const runs = createRuns({
    store,
    ops,
    project: () => Promise.reject(new Error('no projects here')),
    settings: () => settings,
    clock: systemClock,
    newId,
  })
  return {
    store,
    feed,
    pool: {
      start: () => pool.start(told),
      stop,
      admit(how: Admission): void {
        admission = how
        pool.wake()
      },
    },
    runs,
    instanceId,
    create: (request: CreateRun): Promise<Run> => runs.create(CreateRun.parse(request)),
    shell: (command: string, more: Partial<CreateRun> = {}): Promise<Run> =>
      runs.create(CreateRun.parse({ steps: [{ op: 'shell', params: { command } }], ...more })),
    /** Resolves with the run once its status is one of these. */
    async until(runId: string, ...statuses: RunStatus[]): Promise<Run> {
      const { promise, resolve } = Promise.withResolvers<void>()
      const unsubscribe = store.subscribe(
        (change) => change.runs.some((run) => run.id === runId && statuses.includes(run.status)) && resolve(),
      )
      const now = await store.get(runId)
      if (now && statuses.includes(now.status)) resolve()
      await promise
      unsubscribe()
      return (await store.get(runId))!
    },
    async close(): Promise<void> {
      await stop()
      await heartbeats.stop()
      feed.close()
      await store.close()
      watchdog.close()
    },
  }
}

/** An op whose execution is the test's own function. */
export const opOf = (name: string, execute: (context: OpContext) => Promise<StepEnding>, more: Partial<OpDefinition> = {}): OpDefinition =>
  defineOp({
    name,
    title: name,
    params: z.record(z.string(), z.json()),
    timeouts: { warningMs: 60_000, hardMs: 120_000, onTimeout: 'kill' },
    cancellable: true,
    idempotent: false,
    workspace: 'none',
    execute,
    ...more,
  } as OpDefinition)
