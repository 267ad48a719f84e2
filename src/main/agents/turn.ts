import { AppError, type EndedHow } from '../../shared/models/index.ts'
import { type Clock, type Logger, newId } from '../platform/index.ts'
import { NoAnswer, Refused } from './clients.ts'
import { goesOn } from './failures.ts'
import { promptIds } from './ids.ts'
import type { Inbox } from './inbox.ts'
import type { DirectoryLink } from './link.ts'
import type { AgentEnding, AgentTurn } from './port.ts'
import { planPrompt, sincePrompt } from './prompt-plan.ts'
import type { ServerEvent } from './protocol.ts'
import { type Connection, isGone } from './server-process.ts'
import { ABORT_LIMIT_MS, abortSession, endCommands, pause } from './session-abort.ts'
import { openSession } from './session-opening.ts'
import { JUDGED_MESSAGES, type SessionWatch, watchSession } from './session-watch.ts'
import type { StartGate } from './start-gate.ts'
import { expectedFailure, failed, notUnderWay, serverCrashed } from './turn-failures.ts'
import type { TurnFiles } from './turn-files.ts'
import { createTurnPrompts, type PromptTarget } from './turn-prompts.ts'
import { createTurnRequests, type TurnRequests } from './turn-requests.ts'
import { createTurnView, type TurnView } from './turn-view.ts'

/** A server as a turn uses it. */
export interface TurnLink {
  readonly connection: Connection
  readonly gate: StartGate
  readonly files: TurnFiles
  readonly directory: DirectoryLink
  /** Pattern of the folder where OpenCode keeps long outputs. */
  readonly toolOutput: string
}

export interface TurnDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly inbox: Inbox
  /** The running server, started when there is none, with its events followed. */
  connect(): Promise<TurnLink>
  /** `provider/model` to use when neither run nor configuration names one; null when there is none. */
  readonly defaultModel: () => string | null
  readonly providerTimeoutMs: () => number
}

/** How often a turn goes on after the server ended under it, or broke off by itself. */
const MAX_RESUMES = 2

/** How one stay on one server ended. `judged`: the session is idle and needs no stop. */
type Stay = { readonly ending: AgentEnding; readonly judged: boolean } | 'lost'

const isInterrupted = (stay: Exclude<Stay, 'lost'>): boolean => stay.ending.kind === 'failed' && goesOn(stay.ending.error)

/** What is said of a stay that is followed by another: in the run's events, and on its card. */
const LOST = ['The OpenCode server ended. The session goes on as soon as it is back.', 'waiting for OpenCode to come back'] as const
const INTERRUPTED = ['OpenCode broke off its work on the session by itself. It goes on at once.', 'going on'] as const

/**
 * One turn of an agent, from its prompt until its session is idle for good.
 *
 * A turn survives the server: when that ends, it waits for the next one, looks at what the session holds, and goes on. Each such stay opens the session,
 * sends what is still to be said, and lasts until the session is judged, a limit is reached, the turn is aborted or the server is gone.
 */
export class Turn {
  readonly turn: AgentTurn
  readonly directory: string
  /** The session and its subagents' sessions: whatever they ask and do belongs to this turn. */
  readonly sessions = new Set<string>()
  readonly requests: TurnRequests
  readonly #deps: TurnDeps
  readonly #view: TurnView
  readonly #prompts
  /** Resolved once the first prompt is sent, or the turn is over without it. */
  readonly #begun = Promise.withResolvers<void>()
  #sessionId: string | null
  #link: TurnLink | null = null
  #watch: SessionWatch | null = null
  /** Where something said now goes; null while nothing can be said. */
  #target: PromptTarget | null = null
  /** What it took to end the background commands of the attempt. */
  #how: EndedHow = 'cooperative'
  /** Whether the prompt has been sent: it may be told only once, though it can get lost on the way and be sent again. */
  #prompted = false
  /** Whether the session's own past has been told apart from this turn. */
  #passed = false

  /** @param directory  the real path of the turn's directory, as OpenCode names it */
  constructor(turn: AgentTurn, directory: string, deps: TurnDeps) {
    this.turn = turn
    this.directory = directory
    this.#deps = deps
    this.#sessionId = turn.sessionId
    this.#view = createTurnView(turn, directory, deps.clock)
    this.#prompts = createTurnPrompts(turn)
    this.requests = createTurnRequests(turn, directory, { ...deps, view: this.#view })
  }

  /** Runs the turn to its end. Never rejects. */
  async run(): Promise<AgentEnding> {
    const { signal } = this.turn
    try {
      for (let resumes = 0; ; resumes++) {
        if (signal.aborted) return { kind: 'aborted' }
        const stay = await this.#stay(resumes)
        if (stay !== 'lost' && !isInterrupted(stay))
          return stay.ending.kind === 'aborted' ? { ...stay.ending, how: this.#how } : stay.ending
        if (signal.aborted) return { kind: 'aborted' }
        if (resumes === MAX_RESUMES) return stay === 'lost' ? failed(serverCrashed(resumes + 1)) : stay.ending
        const [what, next] = stay === 'lost' ? LOST : INTERRUPTED
        this.turn.emit({ kind: 'session', level: 'warn', message: what })
        this.#view.say(next)
      }
    } catch (error) {
      if (signal.aborted) return { kind: 'aborted' }
      const expected = expectedFailure(error)
      if (!expected) this.#deps.logger.error({ err: error, runId: this.turn.runId }, 'A turn broke.')
      return failed(expected ?? { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) })
    } finally {
      this.#begun.resolve()
      this.#view.flushFiles()
      await this.#link?.files.remove(this.directory, this.turn.attemptId).catch(() => {})
    }
  }

  /** Takes an event that is about this turn. */
  handle(event: ServerEvent): void {
    this.#watch?.handle(event)
  }

  /** The event stream was cut and stands again. */
  async repair(): Promise<void> {
    await this.#watch?.repair().catch((error: unknown) => {
      this.#deps.logger.warn({ runId: this.turn.runId, error: String(error) }, 'What an agent did during a cut could not be read back yet.')
    })
  }

  /** Says something during the turn. @throws AppError CONFLICT when the turn is over */
  async say(text: string): Promise<void> {
    await this.#begun.promise
    const { clock } = this.#deps
    if (!this.#target) throw notUnderWay()
    try {
      await this.#prompts.send(this.#target, promptIds(newId(clock.now()), clock.now()), text, false)
    } catch (error) {
      if (!(error instanceof NoAnswer) && !(error instanceof Refused)) throw error
      throw new AppError('CONFLICT', 'OpenCode did not take the message. Try again in a moment.', { cause: error })
    }
  }

  /** Sends a person's answer to something the agent asked. @throws AppError NOT_FOUND when the request is gone, answered included */
  answer(requestId: string, send: (directory: DirectoryLink) => Promise<void>): Promise<void> {
    return this.requests.reply(requestId, this.#link?.directory ?? null, send)
  }

  /** One stay on one server. @throws what kept it from going on */
  async #stay(resumes: number): Promise<Stay> {
    const { signal } = this.turn
    const { promise: left, resolve: leave } = Promise.withResolvers<Stay>()
    const onAbort = (): void => leave({ ending: { kind: 'aborted' }, judged: false })
    const onLost = (): void => leave('lost')
    signal.addEventListener('abort', onAbort, { once: true })
    let connection: Connection | null = null
    let leaveGate = (): void => {}

    const open = async (): Promise<void> => {
      this.#view.say('starting OpenCode')
      const link = await this.#deps.connect()
      this.#link = link
      connection = link.connection
      connection.ended.addEventListener('abort', onLost, { once: true })
      if (connection.ended.aborted) onLost()
      this.#view.say('waiting for other directories to start')
      const leaveThisGate = await link.gate.enter(this.directory, signal)
      leaveGate = leaveThisGate
      try {
        signal.throwIfAborted()
        await this.#begin(link, resumes, leaveThisGate, (ending, judged) => {
          // Nothing can be said any more from the moment of the verdict on.
          this.#target = null
          leave({ ending, judged })
        })
      } catch (error) {
        leaveThisGate()
        throw error
      }
    }
    const opening = open()
    try {
      // What the opening throws ends the stay; that it is done does not.
      const stay = await Promise.race([left, opening.then(() => left)])
      if (stay !== 'lost' && !stay.judged) await this.#stopSession(opening)
      return stay
    } catch (error) {
      if (error instanceof NoAnswer && connection && (await isGone(connection, this.#deps.clock))) return 'lost'
      throw error
    } finally {
      opening.catch(() => {})
      signal.removeEventListener('abort', onAbort)
      ;(connection as Connection | null)?.ended.removeEventListener('abort', onLost)
      leaveGate()
      this.#target = null
      this.#watch?.stop()
      this.#watch = null
      this.#view.dropGrowing()
      this.requests.clear()
    }
  }

  /** Opens the session, watches it, and sends what is to be said. */
  async #begin(
    link: TurnLink,
    resumes: number,
    onStarted: () => void,
    onOver: (ending: AgentEnding, judged: boolean) => void,
  ): Promise<void> {
    const { turn } = this
    const { clock } = this.#deps
    this.#view.say('opening the session')
    await link.files.write(this.directory, turn)
    const { sessionId, model, created } = await openSession(turn, this.#sessionId, {
      directory: this.directory,
      link: link.directory,
      toolOutput: link.toolOutput,
      defaultModel: this.#deps.defaultModel(),
      clock,
    })
    this.#sessionId = sessionId
    this.sessions.add(sessionId)
    const scene = { ...this.#deps, turn, sessionId, sessions: this.sessions, model, link: link.directory, view: this.#view }
    const watch = watchSession({ ...scene, requests: this.requests, prompts: this.#prompts, onStarted, onOver })
    this.#watch = watch
    if (created || !this.#passed) {
      const data = { sessionId, model: `${model.providerID}/${model.modelID}`, policy: turn.policy }
      turn.emit({ kind: 'session', message: created ? 'A session was opened.' : 'The session goes on.', data })
    }

    const messages = await link.directory.messages(sessionId)
    // What is there before this turn's own prompt was reported by whoever ran then.
    if (this.#passed) this.#view.catchUp(sincePrompt(messages, turn.messageId))
    else this.#view.pass(messages)
    this.#passed = true

    const plan = planPrompt(messages, { key: turn.messageId, text: turn.prompt }, `${turn.attemptId}:${resumes}`, clock.now())
    turn.signal.throwIfAborted()
    watch.begin()
    const target = { link: link.directory, sessionId, model }
    if (plan.kind !== 'answered') {
      this.#view.say('waiting for the model')
      const reported = plan.kind === 'continue' || plan.known || this.#prompted
      this.#prompted = true
      await this.#prompts.send(target, plan.ids, plan.text, reported)
      if (plan.kind === 'continue') turn.emit({ kind: 'session', message: 'The agent was asked to go on where it was interrupted.' })
    } else watch.judgeSoon()
    if (this.#watch === watch) this.#target = target
    this.#begun.resolve()
    if (!(await link.files.isSeen(this.directory))) this.#warnUnguarded()
  }

  /** The plugin does not work here: an OpenCode of another kind, or one that was told to load none. */
  #warnUnguarded(): void {
    const message =
      "OpenCode did not load this app's plugin: the server's password and keys are visible to the agent's commands, and subagents do not ask."
    this.turn.emit({ kind: 'session', level: 'warn', message })
    this.#deps.logger.warn({ runId: this.turn.runId }, message)
  }

  /** Stops whatever the session still does; after an abort also the background commands of this attempt. */
  async #stopSession(opening: Promise<void>): Promise<void> {
    const { clock, logger } = this.#deps
    const link = this.#link
    // A prompt that is on its way would start after the abort.
    await Promise.race([opening.catch(() => {}), pause(clock, link ? ABORT_LIMIT_MS : 0)])
    if (link && this.#sessionId && !link.connection.ended.aborted) {
      await abortSession(link.directory, this.#sessionId, clock).catch(() => {})
      const messages = await link.directory.messages(this.#sessionId, JUDGED_MESSAGES).catch(() => [])
      this.#view.catchUp(sincePrompt(messages, this.turn.messageId))
    }
    if (this.turn.signal.aborted) this.#how = await endCommands(this.turn, { clock, logger })
  }
}
