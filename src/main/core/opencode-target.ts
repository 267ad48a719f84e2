import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Build, Settings } from '../../shared/models/index.ts'
import { type Agents, findBinary } from '../agents/index.ts'
import { OPENCODE_TARGET, type RestartTarget } from '../ops/index.ts'
import { type Clock, type Logger, processIdentity, run } from '../platform/index.ts'
import type { Returned, RunStore } from '../runs/index.ts'

/** Remembers what was found out about a file for as long as it is the same file: a binary is large, and asking it takes a second. */
function rememberByFile<T>(find: (file: string) => Promise<T>): (file: string) => Promise<T> {
  const known = new Map<string, Promise<T>>()
  return async (file) => {
    const { dev, ino, size, mtimeMs } = await stat(file)
    const key = [dev, ino, size, mtimeMs].join('.')
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
const versionOf = rememberByFile(
  async (file) => (await run(file, ['--version'], { timeoutMs: 20_000 })).stdout.trim().split(/\s+/).at(-1) ?? '',
)

/**
 * The OpenCode server as something that restarts: an instance is its process, a build the version that it says and the hash of its binary.
 *
 * A binary is read only when somebody waits for the server, for it is large. @returns `stop`, which ends the watch
 */
export function watchOpencode(deps: {
  agents: Pick<Agents, 'status' | 'subscribe'>
  store: Pick<RunStore, 'withStatus' | 'reconnected'>
  settings: () => Settings
  clock: Clock
  logger: Logger
}): RestartTarget & { stop(): void } {
  const { agents, store, clock, logger } = deps
  let seen: { readonly pid: number; readonly version: string; readonly startedAt: number } | null = null

  const whoIs = async ({ pid, version, startedAt }: NonNullable<typeof seen>): Promise<Returned> => {
    // What runs, also when another file lies in its place by now.
    const running = `/proc/${pid}/exe`
    const binary = existsSync(running) ? running : await findBinary(deps.settings().opencode.binary)
    const instanceId = `${pid}.${processIdentity(pid)?.startTime ?? 'unknown'}`
    return { instanceId, build: { version, contentHash: await hashOf(binary) }, startedAt }
  }
  const tell = async (server: NonNullable<typeof seen>): Promise<void> => {
    const waiting = (await store.withStatus(['awaiting_reconnect'])).some(({ reconnect }) => reconnect?.workerId === OPENCODE_TARGET)
    if (waiting) await store.reconnected(OPENCODE_TARGET, await whoIs(server), clock.now())
  }
  const look = (): void => {
    const { state, pid, version } = agents.status()
    if (state !== 'ready' || pid === null || version === null) {
      seen = null
      return
    }
    if (seen?.pid === pid) return
    seen = { pid, version, startedAt: clock.now() }
    tell(seen).catch((error: unknown) => logger.error({ error }, 'the return of OpenCode could not be told to the runs that wait for it'))
  }
  const stop = agents.subscribe(look)
  look()
  return {
    stop,
    current: async () => seen && whoIs(seen),
    async expected(): Promise<Build> {
      const binary = await findBinary(deps.settings().opencode.binary)
      const [version, contentHash] = await Promise.all([versionOf(binary), hashOf(binary)])
      return { version, contentHash }
    },
  }
}
