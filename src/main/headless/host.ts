import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import type { CoreApi } from '../ipc/index.ts'
import { createLogger, type HostPorts, type Logger, newToken, processIdentity, systemClock } from '../platform/index.ts'
import { removeInstance, writeInstance } from './instance-file.ts'
import { pageFolder } from './page-files.ts'
import { openServer } from './server.ts'
import { openSettings } from './settings.ts'

/** How a host makes its core. The core owns the data folder from here until `stop`. */
export type CreateCore<C extends CoreApi = CoreApi> = (options: {
  readonly dataDir: string
  readonly host: 'headless'
  readonly ports: HostPorts
  readonly logger: Logger
  readonly concurrency?: number
}) => Promise<C>

export interface HeadlessHostOptions<C extends CoreApi = CoreApi> {
  /** Made when missing, for this user only. */
  readonly dataDir: string
  /** Address to listen on; this machine only when left out. */
  readonly host?: string
  /** 0 takes a free one. */
  readonly port: number
  /** The operator's token; a new one for each start when left out. */
  readonly token?: string
  readonly workerTokens?: readonly string[]
  readonly createCore: CreateCore<C>
  /** Runs that this process works on at once; the setting when left out, 0 for none. */
  readonly concurrency?: number
  /** Folder of the built page. */
  readonly pageFolder?: string
}

export interface HeadlessHost<C extends CoreApi = CoreApi> {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** The same with the token in its fragment, for a browser. */
  readonly openUrl: string
  readonly core: C
  readonly logger: Logger
  /** Stops the core, then the server; screens see it stop. Safe to call again. */
  stop(): Promise<void>
}

/**
 * Starts the core and serves it. Resolves when the host is ready.
 *
 * The port is taken first: a start that cannot be reached must not touch what another one is working on.
 *
 * @throws AppError CONFLICT when the port or the data folder is in use
 */
export async function startHeadlessHost<C extends CoreApi>(options: HeadlessHostOptions<C>): Promise<HeadlessHost<C>> {
  const { createCore, host = '127.0.0.1', token = newToken() } = options
  const dataDir = resolve(options.dataDir)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const log = createLogger({ dataDir })
  for (const secret of [token, ...(options.workerTokens ?? [])]) log.hide(secret)
  const { logger } = log

  const opened: (() => Promise<unknown> | unknown)[] = [() => log.close()]
  const close = async (): Promise<void> => {
    for (const end of opened.splice(0).reverse()) {
      try {
        await end()
      } catch (error) {
        logger.error({ err: error }, 'a part of the host did not stop well')
      }
    }
  }
  try {
    const server = await openServer({
      host,
      port: options.port,
      tokens: { operator: token, workers: options.workerTokens },
      pageFolder: options.pageFolder ?? pageFolder(),
      logger,
    })
    opened.push(() => server.close())
    const core = await createCore({
      dataDir,
      host: 'headless',
      ports: { settings: openSettings(dataDir), clock: systemClock },
      logger,
      ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
    })
    // Ended before the server, last in first out: what the core hands back while it stops can still be seen and called.
    opened.push(() => core.stop())
    server.serve(core)
    const self = processIdentity(process.pid) ?? { pid: process.pid, startTime: null }
    await writeInstance(dataDir, { ...self, instanceId: core.instanceId, url: server.url, token })
    opened.push(() => removeInstance(dataDir, core.instanceId))
    logger.info({ url: server.url }, 'the host is ready')
    let stopping: Promise<void> | null = null
    return {
      url: server.url,
      openUrl: `${server.url}/#token=${token}`,
      core,
      logger,
      stop() {
        stopping ??= close()
        return stopping
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}
