import { z } from 'zod'

const Keep = z.enum(['keep', 'remove'])

/**
 * Everything a person can set. Both hosts keep it as JSON with this schema (electron-store in the desktop, conf in the headless host).
 *
 * A value that does not parse falls back to its default and is never written over until the person saves.
 */
export const Settings = z.object({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  limits: z
    .object({
      /** Runs live at once in the whole app. */
      global: z.number().int().min(0).max(200).default(4),
      /** Runs live at once in one project; a project may have its own. */
      project: z.number().int().min(1).max(200).default(4),
      /** Runs live at once with one model provider. */
      provider: z.number().int().min(1).max(200).default(4),
    })
    .prefault({}),
  /** What becomes of a run's worktree when it ends. Removal is archive-first: a snapshot is kept. */
  cleanup: z.object({ succeeded: Keep.default('keep'), failed: Keep.default('keep'), cancelled: Keep.default('keep') }).prefault({}),
  opencode: z
    .object({
      /** Absolute path of the binary; null takes the one this app came with. */
      binary: z.string().nullable().default(null),
      /** Default model, `provider/model`; null takes the one OpenCode is configured with. */
      model: z.string().nullable().default(null),
      policy: z.enum(['ask', 'allow-edits', 'allow-all']).default('ask'),
      /** Whether a project's own OpenCode configuration is used. */
      projectConfig: z.boolean().default(true),
      /** Milliseconds a provider may take for its first byte, and between two bytes, before the call counts as failed. */
      providerTimeoutMs: z.number().int().min(1_000).max(3_600_000).default(120_000),
    })
    .prefault({}),
  /** Projects must lie inside one of these folders; empty allows any. */
  allowedRoots: z.array(z.string()).default([]),
  /** Closing the window keeps the app in the tray while it is open. */
  closeToTray: z.boolean().default(true),
})
export type Settings = z.infer<typeof Settings>

/** A change of some settings; what is left out stays. */
export const SettingsPatch = z.object({
  theme: z.enum(['system', 'light', 'dark']).optional(),
  limits: z
    .object({
      global: z.number().int().min(0).max(200),
      project: z.number().int().min(1).max(200),
      provider: z.number().int().min(1).max(200),
    })
    .partial()
    .optional(),
  cleanup: z.object({ succeeded: Keep, failed: Keep, cancelled: Keep }).partial().optional(),
  opencode: z
    .object({
      binary: z.string().nullable(),
      model: z.string().nullable(),
      policy: z.enum(['ask', 'allow-edits', 'allow-all']),
      projectConfig: z.boolean(),
      providerTimeoutMs: z.number().int().min(1_000).max(3_600_000),
    })
    .partial()
    .optional(),
  allowedRoots: z.array(z.string()).optional(),
  closeToTray: z.boolean().optional(),
})
export type SettingsPatch = z.infer<typeof SettingsPatch>
