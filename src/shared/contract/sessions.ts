import { oc } from '@orpc/contract'
import { z } from 'zod'
import { Id, Run } from '../models/index.ts'

export const sessionsContract = {
  /** Says something to the agent of a run. While it runs the text follows its current turn; a run that ended is queued again in the same session and worktree. */
  prompt: oc
    .route({ method: 'POST', path: '/sessions.prompt' })
    .input(z.object({ runId: Id, text: z.string().trim().min(1).max(200_000) }))
    .output(Run),
}

export const permissionsContract = {
  reply: oc
    .route({ method: 'POST', path: '/permissions.reply' })
    .input(
      z.object({
        runId: Id,
        requestId: z.string().min(1),
        reply: z.enum(['once', 'always', 'reject']),
        /** With `reject`: the agent hears it and goes on; without it the run ends. */
        message: z.string().max(10_000).optional(),
      }),
    )
    .output(z.object({ ok: z.literal(true) })),
}

export const questionsContract = {
  reply: oc
    .route({ method: 'POST', path: '/questions.reply' })
    .input(z.object({ runId: Id, requestId: z.string().min(1), answers: z.array(z.array(z.string())).nullable() }))
    .output(z.object({ ok: z.literal(true) })),
}
