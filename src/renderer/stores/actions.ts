/**
 * What a person can do, as calls to the core. Each answers null when it failed, after a message was shown; none rejects.
 *
 * Nothing is changed here: the change comes back through the live view, so the screen never shows what the core has not accepted.
 */
import type { CreateRun } from '../../shared/contract/index.ts'
import type { InboxItem, KillSignal, LaneName, SettingsPatch } from '../../shared/models/index.ts'
import { getClient } from './client.ts'
import { perform } from './perform.ts'
import { toast } from './toasts.ts'

export const createRun = (input: CreateRun) => perform('runs.create', 'Could not queue the run', () => getClient().runs.create(input))

export const cancelRun = (runId: string, reason?: string) =>
  perform(`runs.cancel:${runId}`, 'Could not cancel the run', () => getClient().runs.cancel(reason ? { runId, reason } : { runId }))

/** Ends the processes of a live run: with `signal`, and what is left 5 seconds later with SIGKILL. */
export const killRun = (runId: string, signal: KillSignal = 'SIGTERM') =>
  perform(`runs.kill:${runId}`, 'Could not kill the run', () =>
    getClient().ops.dispatch({ op: 'kill', targets: [runId], options: { signal } }),
  )

/** Gives the running step more time: `ms` from now, its whole limit again when left out. */
export const waitLonger = (runId: string, ms?: number) =>
  perform(`runs.wait:${runId}`, 'Could not give the run more time', () =>
    getClient().runs.wait(ms === undefined ? { runId } : { runId, ms }),
  )

export const retryRun = (runId: string) =>
  perform(`runs.retry:${runId}`, 'Could not retry the run', () => getClient().runs.retry({ runId }))

export const dismissRun = (runId: string) =>
  perform(`runs.dismiss:${runId}`, 'Could not dismiss the run', () => getClient().runs.dismiss({ runId }))

export const moveRun = (runId: string, to: { lane?: LaneName; priority?: number }) =>
  perform(`runs.move:${runId}`, 'Could not move the run', () => getClient().runs.move({ runId, ...to }))

export const promptRun = (runId: string, text: string) =>
  perform(`sessions.prompt:${runId}`, 'Could not send the message', () => getClient().sessions.prompt({ runId, text }))

export const updateLane = (lane: LaneName, change: { limit?: number; paused?: boolean }) =>
  perform(`lanes.update:${lane}`, `Could not change lane ${lane}`, () => getClient().lanes.update({ lane, ...change }))

export const cancelOperation = (operationId: string) =>
  perform(`operations.cancel:${operationId}`, 'Could not cancel', () => getClient().operations.cancel({ operationId }))

export const retryOperation = (operationId: string) =>
  perform(`operations.retry:${operationId}`, 'Could not retry', () => getClient().operations.retry({ operationId }))

export const dismissOperation = (operationId: string) =>
  perform(`operations.dismiss:${operationId}`, 'Could not dismiss', () => getClient().operations.dismiss({ operationId }))

type ItemRef = Pick<InboxItem, 'id' | 'runId'>

/** `message` goes with `reject`: the agent hears it and goes on; without it the run ends. */
export const replyPermission = (item: ItemRef, reply: 'once' | 'always' | 'reject', message?: string) =>
  perform(`inbox.reply:${item.id}`, 'Could not answer the permission', () =>
    getClient().permissions.reply({ runId: item.runId, requestId: item.id, reply, ...(message ? { message } : {}) }),
  )

/** `null` declines the questions. */
export const replyQuestion = (item: ItemRef, answers: string[][] | null) =>
  perform(`inbox.reply:${item.id}`, 'Could not answer the question', () =>
    getClient().questions.reply({ runId: item.runId, requestId: item.id, answers }),
  )

export const addProject = (path: string) => perform('projects.add', 'Could not add the project', () => getClient().projects.add({ path }))

export const trustProject = (projectId: string, trusted = true) =>
  perform(`projects.trust:${projectId}`, 'Could not change the trust', () => getClient().projects.trust({ projectId, trusted }))

export const selectProject = (projectId: string | null) =>
  perform('projects.select', 'Could not select the project', () => getClient().projects.select({ projectId }))

export const updateProject = (projectId: string, change: { name?: string; limit?: number | null }) =>
  perform(`projects.update:${projectId}`, 'Could not change the project', () => getClient().projects.update({ projectId, ...change }))

export const removeProject = (projectId: string) =>
  perform(`projects.remove:${projectId}`, 'Could not remove the project', () => getClient().projects.remove({ projectId }))

export const removeWorktree = (worktreeId: string, discardChanges: boolean) =>
  perform(`worktrees.remove:${worktreeId}`, 'Could not remove the worktree', () =>
    getClient().worktrees.remove({ worktreeId, discardChanges }),
  )

export const resetWorktree = (worktreeId: string, discardChanges: boolean) =>
  perform(`worktrees.reset:${worktreeId}`, 'Could not reset the worktree', () =>
    getClient().worktrees.reset({ worktreeId, discardChanges }),
  )

/** Closes the breaker of a supervised worker and starts it now. */
export const resetWorker = (name: string) =>
  perform(`workers.reset:${name}`, `Could not reset “${name}”`, () => getClient().workers.reset({ name }))

export const updateSettings = (patch: SettingsPatch) =>
  perform('host.updateSettings', 'Could not save the settings', () => getClient().host.updateSettings(patch))

/** Makes the sample project and queues its runs. */
export async function startDemo() {
  const demo = await perform('host.startDemo', 'Could not start the demo', () => getClient().host.startDemo({}))
  if (demo) toast({ tone: 'ok', title: 'The demo is running', text: 'A sample project, a scripted model, real agents.' })
  return demo
}

/** Does one thing to several runs, a few at a time; says how many it did. */
export async function forEachRun(runIds: readonly string[], act: (runId: string) => Promise<unknown>, done: string): Promise<void> {
  const queue = [...runIds]
  let count = 0
  const work = async () => {
    for (let id = queue.shift(); id; id = queue.shift()) if ((await act(id)) !== null) count++
  }
  await Promise.all(Array.from({ length: 6 }, work))
  if (count > 0) toast({ tone: 'ok', title: `${done} ${count} of ${runIds.length}` })
}
