import { silentLogger, systemClock } from '../../../../src/main/platform/index.ts'
import { createWorktrees } from '../../../../src/main/worktrees/index.ts'

/** Does one thing to a worktree and ends; the test that starts it lets it be killed on the way. */
const [root, projectJson, verb, argument] = process.argv.slice(2) as [string, string, 'create' | 'remove' | 'reset' | 'snapshot', string]
const project = JSON.parse(projectJson)
const worktrees = createWorktrees({ root, clock: systemClock, logger: silentLogger })
if (verb === 'create') await worktrees.create(project, { runId: argument, base: null })
if (verb === 'snapshot') await worktrees.snapshot(project, argument)
if (verb === 'reset') await worktrees.reset(project, argument, { discardChanges: true })
if (verb === 'remove') await worktrees.remove(project, argument, { discardChanges: true })
await worktrees.settled()
