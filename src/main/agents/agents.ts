import { realpathSync } from 'node:fs'
import type { ModelChoice } from '../../shared/contract/host.ts'
import { AppError, type Settings } from '../../shared/models/index.ts'
import type { Clock, DataPaths, Logger, Watchdog } from '../platform/index.ts'
import type { Supervisor } from '../supervision/index.ts'
import { type Clients, createClients } from './clients.ts'
import { toolOutputPattern } from './environment.ts'
import { followEvents } from './events.ts'
import { watchHealth } from './health.ts'
import { createInbox } from './inbox.ts'
import { linkDirectory } from './link.ts'
import { defaultMemoryLimits, type MemoryLimits } from './memory.ts'
import { listModels } from './models.ts'
import { writeExtraConfig } from './places.ts'
import type { Agents } from './port.ts'
import type { ServerEvent } from './protocol.ts'
import { OpencodeServer } from './server.ts'
import type { Connection } from './server-process.ts'
import { createStartGate, type StartGate } from './start-gate.ts'
import { Turn } from './turn.ts'
import { notUnderWay } from './turn-failures.ts'
import { createTurnFiles, type TurnFiles } from './turn-files.ts'

export interface AgentsOptions {
  readonly paths: Pick<DataPaths, 'opencode'>
  readonly settings: () => Settings
  readonly clock: Clock
  readonly logger: Logger
  readonly watchdog: Pick<Watchdog, 'add' | 'remove'>
  /** Keeps the OpenCode server going; the caller starts it. */
  readonly supervisor: Supervisor
  /** Marks every process of this host. */
  readonly instanceId: string
  /** Laid over the server's environment. */
  readonly environment?: Readonly<Record<string, string>>
  /** More OpenCode configuration, asked for before each turn; a directory takes it over at its first use. */
  readonly extraConfig?: () => object | null
  /** Keeps OpenCode apart from the person's own configuration, credentials and network. */
  readonly isolated?: boolean
  readonly memory?: MemoryLimits
}

/** How many directories may start at once, and how long one may hold its place, in milliseconds. */
const STARTING_DIRECTORIES = 2
const START_PLACE_MS = 60_000
/** How long the event stream of a new server may take to stand, in milliseconds. */
const STREAM_LIMIT_MS = 60_000

/** One server with everything that is known of it; all of it ends with the server. */
interface Runtime {
  readonly connection: Connection
  readonly clients: Clients
  readonly gate: StartGate
  readonly files: TurnFiles
}

/**
 * Builds the agent runtime. Nothing is started before the first need, and `stop` ends all of it; a later need starts it again.
 *
 * `reapLeftovers` ends a server that a dead host left behind; it is also done before each start.
 */
export function createAgents(options: AgentsOptions): Agents & { reapLeftovers(): Promise<boolean> } {
  const { clock, logger, settings, isolated = false, environment = {}, memory = defaultMemoryLimits() } = options
  const listeners = new Set<() => void>()
  let telling = false
  /** Whoever changes something may be in the middle of a turn's bookkeeping: what is told afterwards shows all of it, and several changes at once. */
  const changed = (): void => {
    if (telling) return
    telling = true
    queueMicrotask(() => {
      telling = false
      for (const listener of [...listeners]) {
        try {
          listener()
        } catch (error) {
          logger.error({ err: error }, 'A listener of the agents failed.')
        }
      }
    })
  }
  const inbox = createInbox(changed)
  const turns = new Set<Turn>()
  const server = new OpencodeServer({ ...options, root: options.paths.opencode, environment, isolated, onStatus: changed })
  let runtime: { connection: Connection; ready: Promise<Runtime> } | null = null

  const dispatch = (event: ServerEvent): void => {
    for (const turn of turns) if (concerns(event, turn)) turn.handle(event)
  }

  const checkMemory = (connection: Connection, bytes: number): void => {
    const size = `${Math.round(bytes / 2 ** 20)} MiB`
    if (bytes > memory.hard) server.giveUp(connection, `the OpenCode server held ${size} of memory`)
    if (bytes <= memory.soft || turns.size > 0) return
    logger.info({ pid: connection.pid, size }, 'The OpenCode server is ended because it has grown; the next turn starts another.')
    server.stop().catch((error: unknown) => logger.error({ error }, 'The OpenCode server could not be ended.'))
  }

  const equip = async (connection: Connection): Promise<Runtime> => {
    const giveUp = (reason: string): void => server.giveUp(connection, reason)
    const health = watchHealth(connection, { clock, onDead: giveUp, onMemory: (bytes) => checkMemory(connection, bytes) })
    const gate = createStartGate({ clock, places: STARTING_DIRECTORIES, limitMs: START_PLACE_MS })
    const cancelLimit = clock.after(STREAM_LIMIT_MS, () => giveUp('the event stream of the OpenCode server could not be opened'))
    const clients = await createClients(connection)
    await followEvents(connection, clients, {
      clock,
      logger,
      onEvent: dispatch,
      onSign: health.sign,
      onReconnected: () => {
        for (const turn of turns) void turn.repair()
      },
    })
    cancelLimit()
    return { connection, clients, gate, files: createTurnFiles(connection.places) }
  }

  /** The running server with its events followed, and with the configuration of now for directories that are new to it. */
  const connect = async (): Promise<Runtime> => {
    const connection = await server.ensure()
    // Whoever comes first equips it; there is no pause between looking and setting.
    if (runtime?.connection !== connection) runtime = { connection, ready: equip(connection) }
    const ready = await runtime.ready
    await writeExtraConfig(connection.places.extraConfig, options.extraConfig?.() ?? null)
    return ready
  }

  const turnOf = (runId: string): Turn | undefined => [...turns].find(({ turn }) => turn.runId === runId)

  return {
    async runTurn(agentTurn) {
      const directory = realPath(agentTurn.directory)
      if (directory === null) {
        const message = `The folder ${agentTurn.directory} is gone. Restore the worktree, or start a new run.`
        return { kind: 'failed', error: { code: 'DIRECTORY_MISSING', message, retryable: false } }
      }
      const turn = new Turn(agentTurn, directory, {
        clock,
        logger,
        inbox,
        defaultModel: () => settings().opencode.model,
        providerTimeoutMs: () => settings().opencode.providerTimeoutMs,
        async connect() {
          const { connection, clients, gate, files } = await connect()
          return {
            connection,
            gate,
            files,
            directory: linkDirectory(connection, clients, directory),
            toolOutput: toolOutputPattern(isolated, connection.places, { ...process.env, ...environment }),
          }
        },
      })
      turns.add(turn)
      try {
        return await turn.run()
      } finally {
        turns.delete(turn)
      }
    },

    async prompt(runId, text) {
      const turn = turnOf(runId)
      if (!turn) throw notUnderWay()
      await turn.say(text)
    },

    async replyPermission({ runId, requestId, reply, message }) {
      const turn = turnOf(runId)
      if (!turn) throw requestGone()
      await turn.answer(requestId, (directory) => directory.replyPermission(requestId, reply, message))
      turn.requests.permissionReplied(requestId, reply, message)
    },

    async replyQuestion({ runId, requestId, answers }) {
      const turn = turnOf(runId)
      if (!turn) throw requestGone()
      await turn.answer(requestId, (directory) => directory.replyQuestion(requestId, answers))
      turn.requests.questionReplied(requestId, answers)
    },

    inbox: () => inbox.items(),
    status: () => server.status,
    server: () => server.connection?.process ?? null,
    async start() {
      await connect()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    async models(): Promise<{ models: ModelChoice[]; defaultModel: string | null }> {
      const { connection, clients } = await connect()
      const directory = linkDirectory(connection, clients, connection.places.work)
      // This folder is nobody's: it is started anew each time, so that what was added to the configuration since shows.
      await directory.dispose().catch(() => {})
      return listModels(directory, settings().opencode.model)
    },

    async dispose(path) {
      const known = await runtime?.ready
      if (!known || known.connection.ended.aborted) return
      const directory = realPath(path) ?? path
      if ([...turns].some((turn) => turn.directory === directory)) return
      await linkDirectory(known.connection, known.clients, directory)
        .dispose()
        .catch((error: unknown) => logger.debug({ directory, error: String(error) }, 'A directory could not be disposed.'))
      known.gate.forget(directory)
    },

    async restart({ force = false } = {}) {
      if (turns.size > 0 && !force) {
        throw new AppError(
          'CONFLICT',
          `OpenCode cannot restart while ${turns.size === 1 ? 'an agent is' : `${turns.size} agents are`} at work. Wait, or cancel their runs.`,
        )
      }
      await server.stop()
    },

    stop: () => server.close(),
    reapLeftovers: () => server.reapLeftovers(),
  }
}

/** Whether an event is about a turn: one of its sessions, a subagent that one of them started, or a file of its directory. */
function concerns(event: ServerEvent, { sessions, directory }: Turn): boolean {
  switch (event.type) {
    case 'session.created':
      return event.info.parentID !== undefined && sessions.has(event.info.parentID)
    case 'message.updated':
      return sessions.has(event.info.sessionID)
    case 'message.part.updated':
      return sessions.has((event.part as { sessionID?: string } | null)?.sessionID ?? '')
    case 'file.edited':
      return event.directory === directory && sessions.size > 0
    case 'server.connected':
      return false
    default:
      return event.sessionID !== undefined && sessions.has(event.sessionID)
  }
}

const requestGone = (): AppError =>
  new AppError('NOT_FOUND', 'This request has been answered already, or the agent no longer waits for it.')

/** The name by which OpenCode knows a folder. Null when it is gone. */
function realPath(path: string): string | null {
  try {
    return realpathSync(path)
  } catch {
    return null
  }
}
