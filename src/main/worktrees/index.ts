/** The worktrees room: one manager over drivers. The only room that uses simple-git. */
export type { DriverWorktree, WorktreeDriver, WorktreePlace } from './driver-port.ts'
export type { WorkAtRisk } from './guards.ts'
export { createWorktrees, type WorktreeManager, type WorktreesOptions } from './manager.ts'
export { parseWorktreeName, worktreeName } from './names.ts'
export type { MainBranch, Pulled, Snapshot, Upstream, Worktrees } from './port.ts'
