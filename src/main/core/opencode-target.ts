import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { AppError, type Build, isAppError, type Run, type Settings } from '../../shared/models/index.ts'
import { type Agents, fileKey, findBinary, type RunningServer } from '../agents/index.ts'
import { OPENCODE_TARGET, type RestartTarget } from '../ops/index.ts'
import { type Clock, type Logger, run } from '../platform/index.ts'
import type { Returned, RunStore } from '../runs/index.ts'

/** How soon a return is told again that the store did not take, in milliseconds. */
const TELL_AGAIN_MS = 1_000

/** Remembers what was found out about a file for as long as it is the same file: a binary is large. */
function rememberByFile<T>(find: (file: string) => Promise<T>): (file: string) => Promise<T> {
  const known = new Map<string, Promise<T>>()
  return async (file) => {
    const key = await fileKey(file)
    const found = known.get(key) ?? find(file)
    known.set(key, found)
    found.catch(() => known.delete(key))
    return found
  }
}

const hashOf = rememberByFile(async (file) => {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
})
/** Asked anew each time: a launcher stays the same file when what it starts is updated. */
async function versionOf(file: string): Promise<string> {
  const { code, stdout } = await run(file, ['--version'], { timeoutMs: 20_000 }).catch(() => ({ code: null, stdout: '' }))
  const version = stdout.trim().split(/\s+/).at(-1)
  if (code === 0 && version) return version
  throw new AppError(
    'VALIDATION_FAILED',
    `“${file} --version” does not say which OpenCode it is. Check its path under Settings, OpenCode, or clear it to use the one that came with this app.`,
  )
}

/**
 * The content hash of what was started, which may be a launcher of the program that then runs. Another file may lie in its place by now; the system still knows
 * the old one when it was the program itself. Empty when nobody can know any more: then it is like no build.
 */
async function hashOfStarted({ identity, binary: { path, key } }: RunningServer): Promise<string> {
  for (const file of [path, `/proc/${identity.pid}/exe`]) {
    if ((await fileKey(file).catch(() => null)) === key) return hashOf(file).catch(() => '')
  }
  return ''
}

const instanceOf = ({ identity }: RunningServer): string => `${identity.pid}.${identity.startTime ?? 'unknown'}`
const whoIs = async (server: RunningServer): Promise<Returned> => ({
  instanceId: instanceOf(server),
  build: { version: server.version, contentHash: await hashOfStarted(server) },
  startedAt: server.startedAt,
})

/**
 * The OpenCode server as something that restarts: an instance is its process, a build the version that it says and the hash of the file that was started.
 *
 * A binary is read only when somebody waits for the server, for it is large.
 *
 * @returns `resume`, to be called at the start of a host: brings back the server that runs of an earlier host wait for; and `stop`, which ends the watch
 */
export function watchOpencode(deps: {
  agents: Pick<Agents, 'server' | 'start' | 'subscribe'>
  store: Pick<RunStore, 'withStatus' | 'reconnected' | 'appendEvents'>
  settings: () => Settings
  clock: Clock
  logger: Logger
}): RestartTarget & { resume(): Promise<void>; stop(): void } {
  const { agents, store, clock, logger } = deps
  let seen: RunningServer | null = null
  /** Somebody began to wait and has not heard of a return yet, in time or too late. */
  let awaited = false
  let stopped = false
  /** Returns are told one after the other, in their order. */
  let telling: Promise<void> = Promise.resolve()

  const waiting = async (): Promise<Run[]> =>
    (await store.withStatus(['awaiting_reconnect'])).filter(({ reconnect }) => reconnect?.workerId === OPENCODE_TARGET)

  const tell = async (server: RunningServer, seenAt: number): Promise<void> => {
    if (!awaited && (await waiting()).length === 0) return
    await store.reconnected(OPENCODE_TARGET, await whoIs(server), seenAt)
    awaited = false
  }
  const tellUntilStored = async (server: RunningServer, seenAt: number): Promise<void> => {
    // Who has gone meanwhile is not who came back.
    while (!stopped && server === seen) {
      try {
        return await tell(server, seenAt)
      } catch (error) {
        if (!isAppError(error) || error.code !== 'STORE_UNAVAILABLE') throw error
        await new Promise<void>((resolve) => clock.after(TELL_AGAIN_MS, resolve))
      }
    }
  }
  const report = (server: RunningServer): void => {
    const seenAt = clock.now()
    telling = telling
      .then(() => tellUntilStored(server, seenAt))
      .catch((error: unknown) => logger.error({ error }, 'the return of OpenCode could not be told to the runs that wait for it'))
  }
  const look = (): void => {
    const server = agents.server()
    if (server === seen) return
    seen = server
    if (server) report(server)
  }
  /** Whoever waits hears why the server does not come; what keeps it going goes on trying until then. */
  const explain = async (error: unknown): Promise<void> => {
    const message = `OpenCode did not start: ${error instanceof Error ? error.message : String(error)}`
    logger.warn({ error }, 'OpenCode did not come back at once')
    for (const { id } of await waiting())
      await store.appendEvents(id, null, [{ at: clock.now(), kind: 'run', level: 'warn', message, data: null, step: null }])
  }
  const bring = (old?: string): void => {
    awaited = true
    agents
      .start()
      .then(() => {
        look()
        // Nothing has changed, so nobody was told.
        if (seen && instanceOf(seen) === old) report(seen)
      }, explain)
      .catch((error: unknown) => logger.error({ error }, 'nobody could be told why OpenCode does not come back'))
  }
  const end = agents.subscribe(look)
  look()
  return {
    stop() {
      stopped = true
      end()
    },
    async current() {
      for (;;) {
        look()
        const told = telling
        // A run that begins to wait now must not take for a return what is just being told.
        await told
        if (told === telling && agents.server() === seen) return seen && whoIs(seen)
      }
    },
    async expected(): Promise<Build> {
      const binary = await findBinary(deps.settings().opencode.binary)
      const [version, contentHash] = await Promise.all([versionOf(binary), hashOf(binary)])
      return { version, contentHash }
    },
    bring,
    async resume() {
      const runs = await waiting()
      awaited ||= runs.length > 0
      // Whose time is over hears of a return that comes anyway.
      if (runs.some(({ reconnect }) => reconnect!.deadline >= clock.now())) bring()
    },
  }
}
