import type { CoreApi } from '../core-api.ts'
import type { Implementer } from '../implementer.ts'

/** Handlers of `sessions.*`. */
export function sessionsHandlers(os: Implementer['sessions'], core: CoreApi) {
  return { prompt: os.prompt.handler(({ input }) => core.sessions.prompt(input.runId, input.text)) }
}

/** Handlers of `permissions.*`. */
export function permissionsHandlers(os: Implementer['permissions'], core: CoreApi) {
  return {
    reply: os.reply.handler(async ({ input }) => {
      await core.permissions.reply(input)
      return { ok: true as const }
    }),
  }
}

/** Handlers of `questions.*`. */
export function questionsHandlers(os: Implementer['questions'], core: CoreApi) {
  return {
    reply: os.reply.handler(async ({ input }) => {
      await core.questions.reply(input)
      return { ok: true as const }
    }),
  }
}
