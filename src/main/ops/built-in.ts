import type { Agents } from '../agents/index.ts'
import type { Clock, Watchdog } from '../platform/index.ts'
import type { OpDefinition } from '../runs/index.ts'
import type { Worktrees } from '../worktrees/index.ts'
import { createCancelOp } from './cancel.ts'
import type { ControlDeps } from './control.ts'
import { createDockerOp } from './docker.ts'
import { createGitCommitOp } from './git-commit.ts'
import { createGitPullOp } from './git-pull.ts'
import { createHttpOp } from './http.ts'
import { createKillOp } from './kill.ts'
import { createMcpOp } from './mcp.ts'
import { createOneAtATime } from './one-at-a-time.ts'
import { createOpencodeRestartOp, type RestartDeps } from './opencode-restart.ts'
import { createWorkerSwitchOp, type SwitchDeps } from './worker-switch.ts'
import { createWorktreeCreateOp } from './worktree-create.ts'
import { createWorktreeRemoveOp } from './worktree-remove.ts'
import { createWorktreeResetOp } from './worktree-reset.ts'
import type { WorktreeOpDeps } from './worktree-target.ts'

/** What the built-in ops need of the other rooms. */
export interface BuiltInDeps extends WorktreeOpDeps, ControlDeps, Omit<RestartDeps, 'oneAtATime'>, Omit<SwitchDeps, 'oneAtATime'> {
  readonly clock: Clock
  readonly watchdog: Watchdog
  readonly worktrees: Worktrees
  readonly agents: Pick<Agents, 'restart' | 'start' | 'dispose'>
  /** The run that waits for a target to come back; null when none does. */
  readonly awaiting: (target: string) => Promise<string | null>
}

/** The ops that every host has, beside `agent` and `shell`, which need more of it. */
export function createBuiltInOps(deps: BuiltInDeps): OpDefinition[] {
  const oneAtATime = createOneAtATime(deps.awaiting)
  return [
    createHttpOp(),
    createMcpOp(deps),
    createDockerOp(deps),
    createGitPullOp(deps),
    createGitCommitOp(deps),
    createWorktreeCreateOp(deps),
    createWorktreeResetOp(deps),
    createWorktreeRemoveOp({ ...deps, release: (directory) => deps.agents.dispose(directory) }),
    createOpencodeRestartOp({ ...deps, oneAtATime }),
    createWorkerSwitchOp({ ...deps, oneAtATime }),
    createKillOp(deps),
    createCancelOp(deps),
  ]
}
