import type { Clock } from '../platform/index.ts'
import { modelNotFound } from './failures.ts'
import { type DirectoryLink, type ModelRef, type Providers, parseModel } from './link.ts'
import { type PermissionRule, parseOwnRules, rulesFor } from './policy.ts'
import type { AgentTurn } from './port.ts'
import { abortSession } from './session-abort.ts'
import { modelNotSet, TurnError } from './turn-failures.ts'

export interface OpenedSession {
  readonly sessionId: string
  readonly model: ModelRef
  readonly created: boolean
}

/**
 * Opens the session of a turn: the one it had, when that is still there and idle, or a new one, whose id is durable when this resolves.
 *
 * @param sessionId  the session of an earlier attempt, step or server
 * @param directory  the real path of the turn's directory; a session of another one is not used
 * @throws TurnError  there is no model, or its name is none
 */
export async function openSession(
  turn: AgentTurn,
  sessionId: string | null,
  scene: { directory: string; link: DirectoryLink; toolOutput: string; defaultModel: string | null; clock: Clock },
): Promise<OpenedSession> {
  const { link, clock } = scene
  const config = await link.config()
  const name = turn.model ?? scene.defaultModel ?? config.model ?? onlyModel(await link.providers())
  if (!name) throw new TurnError(modelNotSet())
  const model = parseModel(name)
  if (!model) throw new TurnError(modelNotFound(name))

  const rules = rulesFor(turn.policy, scene.toolOutput, parseOwnRules(config.permission))
  const known = sessionId ? await link.getSession(sessionId) : null
  if (known?.directory === scene.directory) {
    // Later rules win, so those of this turn are put after whatever an earlier one left.
    if (!endsWith(known.permission, rules)) await link.addRules(known.id, rules)
    // Somebody left it at work; what it would still do belongs to no attempt.
    if ((await link.status(known.id)).type !== 'idle') await abortSession(link, known.id, clock)
    return { sessionId: known.id, model, created: false }
  }
  const session = await link.createSession(turn.title, rules)
  await turn.onSession(session.id)
  return { sessionId: session.id, model, created: true }
}

const endsWith = (rules: readonly object[], last: readonly PermissionRule[]): boolean =>
  JSON.stringify(rules.slice(-last.length)) === JSON.stringify(last)

/** The one model of a configuration that offers a single one. Which of several to take is a person's choice. */
export function onlyModel({ providers }: Pick<Providers, 'providers'>): string | null {
  const all = providers.flatMap(({ id, models }) => Object.keys(models).map((model) => `${id}/${model}`))
  return all.length === 1 ? all[0]! : null
}
