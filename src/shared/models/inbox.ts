import { z } from 'zod'
import { Json, Timestamp } from './common.ts'

/** What an agent may do without asking. `ask` is a courtesy, no sandbox. */
export const PermissionPolicy = z.enum(['ask', 'allow-edits', 'allow-all'])
export type PermissionPolicy = z.infer<typeof PermissionPolicy>

/**
 * One thing that waits for a person: a permission or a question of an agent, or a step whose time is over.
 *
 * `id` is the agent's request id, and `timeout-<runId>` for a timeout, which is answered by waiting longer or killing the run.
 */
export const InboxItem = z
  .object({
    id: z.string(),
    runId: z.string(),
    kind: z.enum(['permission', 'question', 'timeout']),
    createdAt: Timestamp,
    /** One line: what is asked, for a permission `bash: npm test`. */
    title: z.string(),
    /** The agent's own words: permission patterns and metadata, or the questions with their options. */
    data: Json,
    questions: z
      .array(
        z.object({
          question: z.string(),
          header: z.string().optional(),
          multiple: z.boolean(),
          options: z.array(z.object({ label: z.string(), description: z.string().optional() })),
        }),
      )
      .readonly(),
  })
  .readonly()
export type InboxItem = z.infer<typeof InboxItem>
