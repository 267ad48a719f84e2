import { AppError } from '../../shared/models/index.ts'
import { type Clock, killTree, type Logger, newId } from '../platform/index.ts'
import { NoAnswer, Refused } from './clients.ts'
import { promptIds } from './ids.ts'
import type { Inbox } from './inbox.ts'
import { judgeTurn } from './judge.ts'
import type { DirectoryLink, ModelRef } from './link.ts'
import type { AgentEnding, AgentTurn } from './port.ts'
import { planPrompt, sincePrompt } from './prompt-plan.ts'
import type { ErrorInfo, ServerEvent, SessionStatus } from './protocol.ts'
import type { Connection } from './server.ts'
import { ABORT_LIMIT_MS, abortSession, pause } from './session-abort.ts'
import { openSession } from './session-opening.ts'
import type { StartGate } from './start-gate.ts'
import { expectedFailure, failed, notUnderWay, providerLimit, serverCrashed, stalled } from './turn-failures.ts'
import type { TurnFiles } from './turn-files.ts'
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
  connect(directory: string): Promise<TurnLink>
  /** `provider/model` to use when neither run nor configuration names one; null when there is none. */
  readonly defaultModel: () => string | null
  readonly providerTimeoutMs: () => number
}

/** How often a turn goes on after the server ended under it. */
const MAX_RESUMES = 2
/** A session falls idle a moment before its last message is written. */
const JUDGE_AFTER_MS = 100
/** How often, and after how many milliseconds each, an idle session without a verdict is looked at again. */
const LOOKS = 8
const LOOK_AGAIN_MS = 250
/** How many of the newest messages a verdict is based on. Older ones were reported long ago. */
const JUDGED_MESSAGES = 100
/** A session that says nothing for this long is asked how it is. */
const QUIET_MS = 30_000
/** A provider that asks for a longer wait gets the run parked: waiting here would hold a place. */
const LONGEST_WAIT_MS = 120_000

/** How one stay on one server ended: with the turn, or with the server. */
type Stay = AgentEnding | 'lost'

/**
 * One turn of an agent, from its prompt until its session is idle for good.
 *
 * A turn survives the server: when that ends, it waits for the next one, looks at what the session holds, and goes on. It ends exactly once, by what the
 * last message says, by an abort, or by a limit.
 */
export class Turn {
  readonly turn: AgentTurn
  readonly directory: string
  /** The session and its subagents' sessions: whatever they ask and do belongs to this turn. */
  readonly sessions = new Set<string>()
  readonly #deps: TurnDeps
  readonly #view: TurnView
  readonly #requests: TurnRequests
  /** Resolved with the first prompt of the turn. */
  readonly #sent = Promise.withResolvers<void>()
  readonly #ended = Promise.withResolvers<void>()
  #over = false
  #link: TurnLink | null = null
  #root: string
  #model: ModelRef | null = null
  #passed = false
  #sessionError: ErrorInfo | null = null
  #lastSign: number
  #retryUntil = 0
  /** Whether the model is about to be asked: what follows costs the server little. */
  #answering = false
  /** Resolves the current stay. */
  #leave: (stay: Stay) => void = () => {}
  #leaveGate: () => void = () => {}
  #cancelJudge: (() => void) | null = null
  /** Messages that were said during the turn and must be answered before it is over; and how many are on their way. */
  readonly #followUps = new Set<string>()
  #sending = 0
  /** Texts of prompts that were sent and are not reported yet, by message id. */
  readonly #unannounced = new Map<string, string>()

  /** @param directory  the real path of the turn's directory, as OpenCode names it */
  constructor(turn: AgentTurn, directory: string, deps: TurnDeps) {
    this.turn = turn
    this.directory = directory
    this.#deps = deps
    this.#root = turn.sessionId ?? ''
    this.#lastSign = deps.clock.now()
    this.#view = createTurnView(turn, directory, deps.clock)
    this.#requests = createTurnRequests(turn, directory, { ...deps, view: this.#view })
  }

  /** Never rejects. */
  async run(): Promise<AgentEnding> {
    const { signal } = this.turn
    try {
      for (let resumes = 0; ; resumes++) {
        if (signal.aborted) return { kind: 'aborted' }
        const stay = await this.#stay(resumes)
        if (stay !== 'lost') return stay
        this.#forgetServer()
        if (signal.aborted) return { kind: 'aborted' }
        if (resumes === MAX_RESUMES) return failed(serverCrashed(resumes + 1))
        this.turn.emit({ kind: 'session', level: 'warn', message: 'The OpenCode server ended. The session goes on as soon as it is back.' })
        this.#view.say('waiting for OpenCode to come back')
      }
    } catch (error) {
      if (signal.aborted) return { kind: 'aborted' }
      return this.#failure(error)
    } finally {
      this.#over = true
      this.#ended.resolve()
      this.#forgetServer()
      this.#view.flushFiles()
      await this.#link?.files.remove(this.directory, this.turn.attemptId).catch(() => {})
    }
  }

  /** One stay on one server. @throws what kept it from going on */
  async #stay(resumes: number): Promise<Stay> {
    const { signal } = this.turn
    const { promise: left, resolve } = Promise.withResolvers<Stay>()
    this.#leave = resolve
    const onAbort = (): void => resolve({ kind: 'aborted' })
    signal.addEventListener('abort', onAbort, { once: true })
    let connection: Connection | null = null
    const onEnded = (): void => resolve('lost')
    const stopWatch = this.#watch()
    const work = this.#open(resumes, (opened) => {
      connection = opened
      opened.ended.addEventListener('abort', onEnded, { once: true })
      if (opened.ended.aborted) onEnded()
    })
    try {
      // What the work throws ends the stay; that it is done does not.
      const stay = await Promise.race([left, work.then(() => left)])
      // A verdict means that the session is idle.
      if (stay !== 'lost' && !this.#over) await this.#stopSession(work, signal.aborted)
      return stay
    } catch (error) {
      if (error instanceof NoAnswer && (await this.#isLost(connection))) return 'lost'
      throw error
    } finally {
      work.catch(() => {})
      stopWatch()
      this.#cancelJudge?.()
      this.#leaveGate()
      this.#leave = () => {}
      signal.removeEventListener('abort', onAbort)
      ;(connection as Connection | null)?.ended.removeEventListener('abort', onEnded)
    }
  }

  /** Opens the session and sends what is to be said. */
  async #open(resumes: number, onConnection: (connection: Connection) => void): Promise<void> {
    const { turn } = this
    this.#view.say('starting OpenCode')
    const link = await this.#deps.connect(this.directory)
    this.#link = link
    onConnection(link.connection)
    this.#view.say('waiting for other directories to start')
    const leaveGate = await link.gate.enter(this.directory, turn.signal)
    this.#leaveGate = leaveGate
    try {
      turn.signal.throwIfAborted()
      await this.#begin(link, resumes)
    } catch (error) {
      leaveGate()
      throw error
    }
  }

  async #begin(link: TurnLink, resumes: number): Promise<void> {
    const { turn } = this
    const { clock } = this.#deps
    this.#view.say('opening the session')
    await link.files.write(this.directory, turn)
    const { sessionId, model, created } = await openSession(turn, this.#root || null, {
      directory: this.directory,
      link: link.directory,
      toolOutput: link.toolOutput,
      defaultModel: this.#deps.defaultModel(),
      clock,
    })
    this.#root = sessionId
    this.#model = model
    this.sessions.add(sessionId)
    if (created || !this.#passed) {
      const data = { sessionId, model: `${model.providerID}/${model.modelID}`, policy: turn.policy }
      turn.emit({ kind: 'session', message: created ? 'A session was opened.' : 'The session goes on.', data })
    }
    const messages = await link.directory.messages(this.#root)
    // What is there before this turn's own prompt was reported by whoever ran then.
    if (!this.#passed) this.#view.pass(messages)
    else this.#view.catchUp(sincePrompt(messages, turn.messageId))
    this.#passed = true

    const plan = planPrompt(messages, { key: turn.messageId, text: turn.prompt }, `${turn.attemptId}:${resumes}`, clock.now())
    this.#sign()
    this.#sessionError = null
    if (plan.kind !== 'answered') {
      turn.signal.throwIfAborted()
      this.#view.say('waiting for the model')
      if (plan.kind === 'prompt' && !plan.known) this.#unannounced.set(plan.ids.messageId, plan.text)
      await link.directory.send(sessionId, plan.ids, plan.text, model)
      this.#announce(plan.ids.messageId)
      if (plan.kind === 'continue') turn.emit({ kind: 'session', message: 'The agent was asked to go on where it was interrupted.' })
    }
    this.#sent.resolve()
    if (plan.kind === 'answered') this.#judgeSoon()
  }

  /** Says something during the turn. @throws AppError CONFLICT when the turn is over */
  async say(text: string): Promise<void> {
    await Promise.race([this.#sent.promise, this.#ended.promise])
    const link = this.#link
    if (this.#over || !link || !this.#model) throw notUnderWay()
    const ids = promptIds(newId(this.#deps.clock.now()), this.#deps.clock.now())
    this.#sending += 1
    this.#unannounced.set(ids.messageId, text)
    try {
      await link.directory.send(this.#root, ids, text, this.#model)
    } catch (error) {
      if (error instanceof NoAnswer || error instanceof Refused)
        throw new AppError('CONFLICT', 'OpenCode did not take the message. Try again in a moment.', { cause: error })
      throw error
    } finally {
      this.#sending -= 1
    }
    this.#followUps.add(ids.messageId)
    this.#announce(ids.messageId)
  }

  /** Reports a prompt once OpenCode has it: with the answer to the call or with its event, whichever is first, so that it comes before what it leads to. */
  #announce(messageId: string): void {
    const text = this.#unannounced.get(messageId)
    if (text === undefined) return
    this.#unannounced.delete(messageId)
    this.turn.emit({ kind: 'prompt', data: { messageId, text } })
  }

  /** Takes an event of one of the turn's sessions, or a changed file of its directory. */
  handle(event: ServerEvent): void {
    if (this.#over) return
    this.#sign()
    switch (event.type) {
      case 'session.created':
        this.sessions.add(event.info.id)
        return
      case 'session.status':
        if (event.sessionID === this.#root) this.#takeStatus(event.status)
        return
      case 'session.idle':
        if (event.sessionID === this.#root) this.#judgeSoon()
        return
      case 'session.error':
        if (event.sessionID !== this.#root || !event.error) return
        // The same failure comes a second time with a stack instead of a sentence.
        this.#sessionError ??= event.error
        this.#leaveGate()
        this.#judgeSoon()
        return
      case 'message.updated':
        if (event.info.sessionID !== this.#root) return
        this.#answering ||= event.info.role === 'assistant' && event.info.time.completed === undefined
        this.#announce(event.info.id)
        this.#view.message(event.info)
        return
      case 'message.part.updated':
        this.#takePart(event.part)
        return
      case 'message.part.delta':
        if (event.sessionID === this.#root) this.#view.delta(event.messageID, event.partID, event.field, event.delta)
        return
      case 'message.part.removed':
        this.#view.removed(event.partID)
        return
      case 'todo.updated':
        if (event.sessionID === this.#root) this.#view.todos(event.todos)
        return
      case 'file.edited':
        this.#view.fileEdited(event.file)
        return
      case 'permission.asked':
        if (this.#link) this.#requests.permission(event, event.sessionID !== this.#root, this.#link.directory)
        return
      case 'permission.replied':
        this.#requests.permissionReplied(event.requestID, event.reply)
        return
      case 'question.asked':
        this.#requests.question(event)
        return
      case 'question.replied':
        this.#requests.questionReplied(event.requestID, event.answers)
        return
      case 'question.rejected':
        this.#requests.questionReplied(event.requestID, null)
        return
    }
  }

  /** Sends a person's answer to something the agent asked. @throws AppError NOT_FOUND when the request is gone, answered included */
  answer(requestId: string, send: (directory: DirectoryLink) => Promise<void>): Promise<void> {
    return this.#requests.reply(requestId, this.#link?.directory ?? null, send)
  }

  get requests(): TurnRequests {
    return this.#requests
  }

  /** The event stream was cut and stands again: reads back what may have been missed. */
  async repair(): Promise<void> {
    const link = this.#link
    if (this.#over || !link || !this.#root) return
    this.#view.gap()
    await this.#lookBack(link.directory).catch((error: unknown) => {
      this.#deps.logger.warn({ runId: this.turn.runId, error: String(error) }, 'What an agent did during a cut could not be read back yet.')
    })
  }

  async #lookBack(directory: DirectoryLink): Promise<void> {
    for (const child of await directory.children(this.#root)) this.sessions.add(child)
    const messages = await directory.messages(this.#root)
    if (this.#over) return
    this.#view.catchUp(sincePrompt(messages, this.turn.messageId))
    await this.#check(directory)
  }

  /** Reads back what the session waits for, and whether it is at work. */
  async #check(directory: DirectoryLink): Promise<void> {
    const [status, pending] = await Promise.all([directory.status(this.#root), directory.pending()])
    if (this.#over) return
    // A request of an aborted session stays in OpenCode's list for ever.
    const own = status.type === 'idle' ? [] : [...this.sessions]
    const permissions = pending.permissions.filter(({ sessionID }) => own.includes(sessionID))
    const questions = pending.questions.filter(({ sessionID }) => own.includes(sessionID))
    for (const request of permissions) this.#requests.permission(request, request.sessionID !== this.#root, directory)
    for (const request of questions) this.#requests.question(request)
    this.#requests.keepOnly(new Set([...permissions, ...questions].map(({ id }) => id)))
    this.#takeStatus(status)
  }

  #takePart(raw: unknown): void {
    const sessionId = (raw as { sessionID?: unknown } | null)?.sessionID
    if (sessionId !== this.#root) {
      this.#view.subagentPart(raw)
      return
    }
    if ((raw as { type?: unknown }).type === 'step-start') this.#leaveGate()
    this.#view.part(raw)
  }

  #takeStatus(status: SessionStatus): void {
    const { clock } = this.#deps
    if (status.type === 'idle') {
      this.#judgeSoon()
      return
    }
    if (status.type === 'busy') {
      this.#retryUntil = 0
      // Said again when the directory has started and the request goes out.
      if (this.#answering) this.#leaveGate()
      return
    }
    this.#leaveGate()
    this.#retryUntil = status.next
    // The step starts afresh: what it had said so far is void.
    this.#view.dropGrowing()
    this.#view.retrying(status.attempt, status.message, status.next)
    if (status.next - clock.now() <= LONGEST_WAIT_MS) return
    this.#leave(failed(providerLimit(status.message, status.next, clock.now())))
  }

  #sign(): void {
    this.#lastSign = this.#deps.clock.now()
  }

  #judgeSoon(looks = LOOKS, afterMs = JUDGE_AFTER_MS): void {
    this.#cancelJudge?.()
    this.#cancelJudge = this.#deps.clock.after(afterMs, () => void this.#judge(looks))
  }

  /** Looks whether the turn is over, and how it ended. An idle session may be between two prompts, or about to write its last message. */
  async #judge(looks: number): Promise<void> {
    const link = this.#link
    if (!link || this.#over) return
    try {
      const status = await link.directory.status(this.#root)
      if (status.type !== 'idle') return
      const messages = sincePrompt(await link.directory.messages(this.#root, JUDGED_MESSAGES), this.turn.messageId)
      if (this.#over) return
      this.#view.catchUp(messages)
      const lastAnswer = messages.findLastIndex(({ info }) => info.role === 'assistant')
      const openFollowUp = [...this.#followUps].some((id) => messages.findIndex(({ info }) => info.id === id) > lastAnswer)
      const missing = [...this.#followUps].some((id) => !messages.some(({ info }) => info.id === id))
      const last = messages[lastAnswer]?.info
      const settled = this.#sessionError !== null || (last !== undefined && (last.finish !== undefined || last.error !== undefined))
      if (looks > 0 && (this.#sending > 0 || openFollowUp || missing || !settled)) return this.#judgeSoon(looks - 1, LOOK_AGAIN_MS)
      const { providerID, modelID } = this.#model!
      this.#over = true
      this.#leave(
        judgeTurn({
          messages,
          sessionError: this.#sessionError,
          model: `${providerID}/${modelID}`,
          sessionId: this.#root,
          now: this.#deps.clock.now(),
        }),
      )
    } catch (error) {
      // The server is going: its end, or the next look, decides.
      if (!(error instanceof NoAnswer)) this.#leave(this.#failure(error))
      else if (looks > 0) this.#judgeSoon(looks - 1, 1_000)
    }
  }

  /** Keeps an eye on a silent session. @returns what ends the watch */
  #watch(): () => void {
    const { clock } = this.#deps
    let cancel = (): void => {}
    const look = async (): Promise<void> => {
      const link = this.#link
      const silentMs = clock.now() - Math.max(this.#lastSign, Math.min(this.#retryUntil, clock.now()))
      if (link && this.#root && silentMs >= QUIET_MS && clock.now() >= this.#retryUntil) {
        // An event that was lost shows here; an idle session is judged.
        await this.#check(link.directory).catch(() => {})
        const limitMs = this.#deps.providerTimeoutMs() * 2 + 60_000
        const allowed = this.#view.toolRunning || this.#requests.waiting
        if (silentMs > limitMs && !allowed && !this.#over) this.#leave(failed(stalled(silentMs)))
      }
      if (!this.#over) cancel = clock.after(QUIET_MS / 2, () => void look())
    }
    cancel = clock.after(QUIET_MS / 2, () => void look())
    return () => cancel()
  }

  /** Stops whatever the session still does. `aborted`: its background commands are ended too. */
  async #stopSession(work: Promise<void>, aborted: boolean): Promise<void> {
    const link = this.#link
    const { clock } = this.#deps
    if (link && this.#root && !link.connection.ended.aborted) {
      // A prompt that is on its way would start after the abort.
      await Promise.race([work.catch(() => {}), pause(clock, ABORT_LIMIT_MS)])
      await abortSession(link.directory, this.#root, clock).catch(() => {})
      const messages = await link.directory.messages(this.#root, JUDGED_MESSAGES).catch(() => [])
      this.#view.catchUp(sincePrompt(messages, this.turn.messageId))
    }
    if (!aborted) return
    const { survivors } = await killTree({ marker: { name: 'RUN_ATTEMPT_ID', value: this.turn.attemptId } }, { clock, graceMs: 2_000 })
    if (survivors.length > 0) this.#deps.logger.error({ runId: this.turn.runId, survivors }, 'Commands of an agent could not be ended.')
  }

  /** A call got no answer: is the server gone, or will be in a moment? */
  async #isLost(connection: Connection | null): Promise<boolean> {
    if (!connection) return false
    const { promise, resolve } = Promise.withResolvers<void>()
    connection.ended.addEventListener('abort', () => resolve(), { once: true })
    await Promise.race([promise, pause(this.#deps.clock, 3_000)])
    return connection.ended.aborted
  }

  #forgetServer(): void {
    this.#view.dropGrowing()
    this.#requests.clear()
    this.#retryUntil = 0
    this.#answering = false
  }

  #failure(error: unknown): AgentEnding {
    const expected = expectedFailure(error)
    if (expected) return failed(expected)
    this.#deps.logger.error({ err: error, runId: this.turn.runId }, 'A turn broke.')
    return failed({ code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) })
  }
}
