import { createHash } from 'node:crypto'
import { readFile, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { AppError, Build } from '../../shared/models/index.ts'
import {
  type ChildHandle,
  type Clock,
  entryPath,
  INSTANCE_MARK,
  killTree,
  type Logger,
  startProcess,
  type Watchdog,
} from '../platform/index.ts'
import type { Worker, WorkerContext } from '../supervision/index.ts'

/** Who a worker process says it is. */
const Hello = z.object({
  workerId: z.string().min(1).max(200),
  instanceId: z.string().min(1).max(200),
  build: Build,
  pid: z.number().int().positive(),
  startedAt: z.number().int().nonnegative(),
})
export type Hello = z.infer<typeof Hello>

const Answer = z.object({ id: z.number().int(), exitCode: z.number().int(), program: z.string().optional(), error: z.string().optional() })
type Answer = z.infer<typeof Answer>

const Line = z.union([z.object({ hello: Hello }), z.object({ answer: Answer })])

/** How long a worker may take to answer a command, in milliseconds. It obeys none that it reads later, or shortly before. */
const ANSWER_MS = 10_000
const ANSWER_MARGIN_MS = 2_000
/** How long a worker may take to be there when it is needed, in milliseconds. */
const HERE_MS = 10_000
const STOP_GRACE_MS = 2_000

/** A worker process of this host, kept going by its supervisor. */
export interface FleetWorker extends Worker {
  readonly workerId: string
  /** Who runs now; null while nobody has said so. */
  current(): Hello | null
  /** The same, after a moment in which it may still be starting; null when it does not come. */
  whenHere(): Promise<Hello | null>
  /** The build that a folder holds for it. @throws AppError NOT_FOUND, VALIDATION_FAILED when there is none */
  buildIn(folder: string): Promise<Build>
  /**
   * Tells it to go on as the program of a build folder. The answer says that it will; who it then is, it says itself.
   *
   * @param speakMs  a program that has said nothing by then is ended, and the one before it started again
   * @throws AppError CONFLICT when it does not run, will not, or does not answer
   */
  switchTo(folder: string, speakMs: number): Promise<void>
}

/**
 * Starts a worker process and hears what it says.
 *
 * A new program that cannot start is given up: the next start is that of the program which last said hello.
 *
 * @param onHello told each time it says who it is, the first time and after each restart
 * @param onGone told when it is no longer there, or about to be another
 */
export function createFleetWorker(deps: {
  workerId: string
  clock: Clock
  logger: Logger
  watchdog: Pick<Watchdog, 'add' | 'remove'>
  hostInstanceId: string
  onHello: (hello: Hello) => void
  onGone?: () => void
  /** The program to start with; the one of this app when left out. */
  program?: string
}): FleetWorker {
  const { workerId, clock, logger, watchdog } = deps
  /** The last that said hello, and the one that was told to come next. */
  let proven = deps.program ?? fileURLToPath(entryPath('fleet-worker'))
  let next: string | null = null
  /** The child is the one to come, started by this host, and has not said hello. */
  let succeeding = false
  let child: ChildHandle | null = null
  let hello: Hello | null = null
  /** The command that is to be answered; each has a number of its own. */
  let waiting: (PromiseWithResolvers<Answer> & { readonly id: number }) | null = null
  let commands = 0
  let crash: WorkerContext['crashed'] = () => {}
  let cancelSilence = (): void => {}
  const expecting = new Set<(hello: Hello) => void>()

  const gone = (): void => {
    hello = null
    deps.onGone?.()
  }
  const takeLine = (text: string, context: WorkerContext): void => {
    let line: z.infer<typeof Line>
    try {
      line = Line.parse(JSON.parse(text))
    } catch {
      logger.warn({ workerId, text: text.slice(0, 200) }, 'a worker said something that cannot be understood')
      return
    }
    if ('answer' in line) {
      if (line.answer.id === waiting?.id) waiting.resolve(line.answer)
      return
    }
    if (line.hello.workerId !== workerId) return
    cancelSilence()
    proven = next ?? proven
    next = null
    succeeding = false
    hello = line.hello
    context.ready()
    for (const come of expecting) come(line.hello)
    deps.onHello(line.hello)
  }
  const launch = (program: string, context: WorkerContext): void => {
    const own = startProcess({
      command: process.execPath,
      args: [program],
      stdin: 'pipe',
      env: {
        CONTROLROOM_WORKER_ID: workerId,
        [INSTANCE_MARK]: deps.hostInstanceId,
        CONTROLROOM_TOKEN: undefined,
        ELECTRON_RUN_AS_NODE: '1',
        NODE_OPTIONS: undefined,
      },
    })
    child = own
    crash = (error) => child === own && context.crashed(error)
    watchdog.add(own.identity)
    own.stderr.resume()
    createInterface({ input: own.stdout }).on('line', (text) => child === own && takeLine(text, context))
    void own.exited.then(({ code, signal, error }) => {
      watchdog.remove(own.identity)
      if (child !== own) return
      child = null
      gone()
      waiting?.reject(new AppError('CONFLICT', `${workerId} ended before it answered.`))
      // It ended to make room for its successor: the system has no call to become another program. Once, for the successor may end as quietly.
      if (next && code === 0 && !succeeding) {
        succeeding = true
        return launch(next, context)
      }
      next = null
      succeeding = false
      cancelSilence()
      context.crashed(error ?? new Error(`The worker ended (${signal ?? `exit code ${code}`}).`))
    })
  }

  return {
    name: `Worker ${workerId}`,
    workerId,
    current: () => hello,
    whenHere() {
      if (hello) return Promise.resolve(hello)
      const { promise, resolve } = Promise.withResolvers<Hello | null>()
      expecting.add(resolve)
      const cancel = clock.after(HERE_MS, () => resolve(hello))
      return promise.finally(() => {
        cancel()
        expecting.delete(resolve)
      })
    },
    async buildIn(folder) {
      const name = basename(proven)
      const none = (): never => {
        throw new AppError('NOT_FOUND', `to: there is no ${name} in ${folder}.`, { data: { field: 'to' } })
      }
      // As the worker will see it, who knows itself by its real path.
      const program = await realpath(join(folder, name)).catch(none)
      const bytes = await readFile(program).catch(none)
      const version = await readVersion(dirname(program))
      if (version === '') {
        const message = `to: ${folder} is no build: no package.json there or above it says which version it is.`
        throw new AppError('VALIDATION_FAILED', message, { data: { field: 'to' } })
      }
      return { version, contentHash: createHash('sha256').update(bytes).digest('hex') }
    },
    async switchTo(folder, speakMs) {
      if (!child || !hello) throw new AppError('CONFLICT', `${workerId} does not run just now. Try again when it does.`)
      if (waiting) throw new AppError('CONFLICT', `${workerId} has been told to switch already.`)
      const before = hello
      const id = ++commands
      waiting = { ...Promise.withResolvers<Answer>(), id }
      const cancel = clock.after(ANSWER_MS, () => waiting?.reject(new AppError('CONFLICT', `${workerId} does not answer.`)))
      try {
        next = join(folder, basename(proven))
        const until = clock.now() + ANSWER_MS - ANSWER_MARGIN_MS
        child.stdin?.write(`${JSON.stringify({ switch: { id, to: folder, until } })}\n`)
        const { exitCode, error } = await waiting.promise
        if (exitCode !== 0) throw new AppError('CONFLICT', error ?? `${workerId} would not switch (exit code ${exitCode}).`)
        // Until its successor speaks nobody is there, who may have spoken already.
        if (hello !== before) return
        gone()
        cancelSilence = clock.after(speakMs, () =>
          crash(new Error(`The program that ${workerId} was switched to did not say who it is within ${speakMs / 1000} s.`)),
        )
      } catch (error) {
        next = null
        throw error
      } finally {
        cancel()
        waiting = null
      }
    },
    start: (context) => launch(proven, context),
    async stop() {
      const own = child
      cancelSilence()
      child = null
      next = null
      succeeding = false
      gone()
      if (!own) return
      own.stdin?.end(`${JSON.stringify({ stop: true })}\n`)
      await killTree({ identity: own.identity }, { clock, graceMs: STOP_GRACE_MS })
    },
  }
}

/** The version of the nearest package.json above a folder; empty without one. */
async function readVersion(folder: string): Promise<string> {
  try {
    return String((JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version?: unknown }).version ?? '')
  } catch {
    return dirname(folder) === folder ? '' : readVersion(dirname(folder))
  }
}
