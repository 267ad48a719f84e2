import { z } from 'zod'
import { Id, Timestamp } from './common.ts'

/** A registered git repository. `path` is the real, absolute path of its root. */
export const Project = z
  .object({
    id: Id,
    name: z.string(),
    path: z.string(),
    defaultBranch: z.string().nullable(),
    trusted: z.boolean(),
    /** What would run when an agent opens it: plugin files, MCP servers, configuration. Shown when asking for trust. */
    runsCode: z.array(z.string()).readonly(),
    selected: z.boolean(),
    /** How many runs of this project may be live at once; null takes the setting for all. */
    limit: z.number().int().positive().nullable(),
    addedAt: Timestamp,
    /** Null while the folder is where it should be, else what is wrong with it. */
    problem: z.string().nullable(),
  })
  .readonly()
export type Project = z.infer<typeof Project>

/** A checked-out folder of a project. `id` is its folder name; the main checkout is listed with `main: true` and can never be removed. */
export const Worktree = z
  .object({
    id: z.string(),
    name: z.string(),
    projectId: Id,
    path: z.string(),
    branch: z.string().nullable(),
    runId: z.string().nullable(),
    baseCommit: z.string().nullable(),
    headCommit: z.string().nullable(),
    main: z.boolean(),
    dirty: z.boolean(),
    /** Commits of the branch that the base does not have. */
    ahead: z.number().int().nonnegative(),
    sizeBytes: z.number().nonnegative().nullable(),
    createdAt: Timestamp.nullable(),
  })
  .readonly()
export type Worktree = z.infer<typeof Worktree>

/** One changed file of a worktree against its base. */
export const FileDiff = z
  .object({
    path: z.string(),
    oldPath: z.string().nullable(),
    status: z.enum(['added', 'modified', 'deleted', 'renamed', 'copied', 'typechange']),
    additions: z.number().int().nonnegative(),
    deletions: z.number().int().nonnegative(),
    binary: z.boolean(),
    /** Unified diff of this file; empty for a binary one and for one over the size limit (then `truncated`). */
    patch: z.string(),
    truncated: z.boolean(),
  })
  .readonly()
export type FileDiff = z.infer<typeof FileDiff>
