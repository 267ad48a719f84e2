import type { Clock, Logger } from '../platform/index.ts'
import { NoAnswer } from './clients.ts'
import { judgeTurn } from './judge.ts'
import type { DirectoryLink, ModelRef } from './link.ts'
import type { AgentEnding, AgentTurn } from './port.ts'
import { sincePrompt } from './prompt-plan.ts'
import type { ErrorInfo, ServerEvent, SessionStatus } from './protocol.ts'
import { failed, providerLimit, stalled } from './turn-failures.ts'
import type { TurnPrompts } from './turn-prompts.ts'
import type { TurnRequests } from './turn-requests.ts'
import type { TurnView } from './turn-view.ts'

/** A session falls idle a moment before its last message is written. */
const JUDGE_AFTER_MS = 100
/** How often, and after how many milliseconds each, an idle session without a verdict is looked at again. */
const LOOKS = 8
const LOOK_AGAIN_MS = 250
/** How many of the newest messages a verdict is based on. Older ones were reported long ago. */
export const JUDGED_MESSAGES = 100
/** A session that says nothing for this long is asked how it is. */
const QUIET_MS = 30_000
/** A provider that asks for a longer wait gets the run parked: waiting here would hold a place. */
const LONGEST_WAIT_MS = 120_000

/** Watches one session on one server, from its opening until the turn is over or the server is gone. */
export interface SessionWatch {
  /** Takes an event of the session, of one of its subagents, or a changed file of its directory. */
  handle(event: ServerEvent): void
  /** Reads back everything that may have been missed. Rejects as the calls do. */
  repair(): Promise<void>
  /** Forgets the errors of before: the prompt is sent now. */
  begin(): void
  /** Looks soon whether the turn is over. */
  judgeSoon(): void
  stop(): void
}

export interface SessionScene {
  readonly turn: AgentTurn
  readonly sessionId: string
  /** The session and its subagents' sessions; those that are found are added. */
  readonly sessions: Set<string>
  readonly model: ModelRef
  readonly link: DirectoryLink
  readonly view: TurnView
  readonly requests: TurnRequests
  readonly prompts: TurnPrompts
  readonly clock: Clock
  readonly logger: Logger
  readonly providerTimeoutMs: () => number
  /** The directory has started: what follows costs the server little. */
  readonly onStarted: () => void
  /** `judged`: the session is idle; otherwise it still has to be stopped. Called once. */
  readonly onOver: (ending: AgentEnding, judged: boolean) => void
}

export function watchSession(scene: SessionScene): SessionWatch {
  const { turn, sessionId: root, sessions, link, view, requests, prompts, clock } = scene
  let sessionError: ErrorInfo | null = null
  let lastSign = clock.now()
  let retryUntil = 0
  /** Whether the model is about to be asked. */
  let answering = false
  let over = false
  let cancelJudge = (): void => {}
  let cancelQuiet = (): void => {}

  const end = (ending: AgentEnding, judged: boolean): void => {
    if (over) return
    stop()
    scene.onOver(ending, judged)
  }
  const stop = (): void => {
    over = true
    cancelJudge()
    cancelQuiet()
  }

  const judgeSoon = (looks = LOOKS, afterMs = JUDGE_AFTER_MS): void => {
    cancelJudge()
    if (!over) cancelJudge = clock.after(afterMs, () => void judge(looks))
  }

  /** Looks whether the turn is over, and how it ended. An idle session may be between two prompts, or about to write its last message. */
  const judge = async (looks: number): Promise<void> => {
    try {
      if ((await link.status(root)).type !== 'idle') return
      const messages = sincePrompt(await link.messages(root, JUDGED_MESSAGES), turn.messageId)
      if (over) return
      view.catchUp(messages)
      const last = messages.findLast(({ info }) => info.role === 'assistant')?.info
      const settled = sessionError !== null || last?.finish !== undefined || last?.error !== undefined
      if (looks > 0 && (!settled || prompts.isOpen(messages))) return judgeSoon(looks - 1, LOOK_AGAIN_MS)
      const model = `${scene.model.providerID}/${scene.model.modelID}`
      end(judgeTurn({ messages, sessionError, model, sessionId: root, now: clock.now() }), true)
    } catch (error) {
      // The server is busy or going: its end, or another look, decides.
      if (error instanceof NoAnswer && looks > 0) judgeSoon(looks - 1, 1_000)
      else scene.logger.warn({ runId: turn.runId, error: String(error) }, 'A session could not be judged yet.')
    }
  }

  const takeStatus = (status: SessionStatus): void => {
    if (status.type === 'idle') judgeSoon()
    if (status.type === 'busy') {
      retryUntil = 0
      // Said again when the directory has started and the request goes out.
      if (answering) scene.onStarted()
    }
    if (status.type !== 'retry') return
    scene.onStarted()
    retryUntil = status.next
    // The step starts afresh: what it had said so far is void.
    view.dropGrowing()
    view.retrying(status.attempt, status.message, status.next)
    if (status.next - clock.now() > LONGEST_WAIT_MS) end(failed(providerLimit(status.message, status.next, clock.now())), false)
  }

  const takePart = (raw: unknown): void => {
    const part = raw as { sessionID?: unknown; type?: unknown } | null
    if (part?.sessionID === root) {
      if (part.type === 'step-start') scene.onStarted()
      view.part(raw)
    } else view.subagentPart(raw)
  }

  const takeError = (error: ErrorInfo | undefined): void => {
    // The same failure comes a second time with a stack instead of a sentence.
    sessionError ??= error ?? null
    scene.onStarted()
    judgeSoon()
  }

  /** Reads back what the session waits for, and whether it is at work. */
  const check = async (): Promise<void> => {
    const [status, pending] = await Promise.all([link.status(root), link.pending()])
    if (over) return
    // A request of an aborted session stays in OpenCode's list for ever.
    const own = ({ sessionID }: { sessionID: string }): boolean => status.type !== 'idle' && sessions.has(sessionID)
    const permissions = pending.permissions.filter(own)
    const questions = pending.questions.filter(own)
    for (const request of permissions) requests.permission(request, request.sessionID !== root, link)
    for (const request of questions) requests.question(request)
    requests.keepOnly(new Set([...permissions, ...questions].map(({ id }) => id)))
    takeStatus(status)
  }

  /** Keeps an eye on a silent session: an event that was lost shows, and one that will say nothing more is given up. */
  const quietWatch = (): void => {
    const plannedAt = clock.now()
    cancelQuiet = clock.after(QUIET_MS / 2, async () => {
      // This machine slept, or its clock was set: nobody was silent.
      if (Math.abs(clock.now() - plannedAt) > 2 * QUIET_MS) lastSign = clock.now()
      const silentMs = clock.now() - lastSign
      if (silentMs >= QUIET_MS && clock.now() >= retryUntil) {
        await check().catch(() => {})
        const limitMs = scene.providerTimeoutMs() * 2 + 60_000
        const allowed = view.toolRunning || requests.waiting
        if (clock.now() - Math.max(lastSign, retryUntil) > limitMs && !allowed) end(failed(stalled(silentMs)), false)
      }
      if (!over) quietWatch()
    })
  }
  quietWatch()

  return {
    handle(event) {
      if (over) return
      lastSign = clock.now()
      switch (event.type) {
        case 'session.created':
          sessions.add(event.info.id)
          break
        case 'session.status':
          if (event.sessionID === root) takeStatus(event.status)
          break
        case 'session.idle':
          if (event.sessionID === root) judgeSoon()
          break
        case 'session.error':
          if (event.sessionID === root) takeError(event.error)
          break
        case 'message.updated':
          if (event.info.sessionID !== root) break
          answering ||= event.info.role === 'assistant' && event.info.time.completed === undefined
          prompts.arrived(event.info.id)
          view.message(event.info)
          break
        case 'message.part.updated':
          takePart(event.part)
          break
        case 'message.part.delta':
          if (event.sessionID === root) view.delta(event.messageID, event.partID, event.field, event.delta)
          break
        case 'message.part.removed':
          view.removed(event.partID)
          break
        case 'todo.updated':
          if (event.sessionID === root) view.todos(event.todos)
          break
        case 'file.edited':
          view.fileEdited(event.file)
          break
        case 'permission.asked':
          requests.permission(event, event.sessionID !== root, link)
          break
        case 'permission.replied':
          requests.permissionReplied(event.requestID, event.reply)
          break
        case 'question.asked':
          requests.question(event)
          break
        case 'question.replied':
          requests.questionReplied(event.requestID, event.answers)
          break
        case 'question.rejected':
          requests.questionReplied(event.requestID, null)
          break
      }
    },
    async repair() {
      if (over) return
      view.gap()
      for (const child of await link.children(root)) sessions.add(child)
      const messages = await link.messages(root)
      if (over) return
      view.catchUp(sincePrompt(messages, turn.messageId))
      await check()
    },
    begin() {
      sessionError = null
      answering = false
      lastSign = clock.now()
    },
    judgeSoon: () => judgeSoon(),
    stop,
  }
}
