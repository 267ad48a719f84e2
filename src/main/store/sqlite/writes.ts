import type { RunPatch } from '../../runs/store-port.ts'
import { claim } from './claim.ts'
import { complete, release } from './complete.ts'
import type { Durability } from './connection.ts'
import { cancel, dismiss, move, resume, retry } from './control.ts'
import { control, enqueue } from './enqueue.ts'
import { appendEvents } from './events.ts'
import { saveInstance } from './instances.ts'
import { updateLane } from './lanes.ts'
import { deleteOperations, saveOperation } from './operations.ts'
import { heartbeat, updateRun, updateStep } from './progress.ts'
import { awaitReconnect, reconnected, reconnectsDue } from './reconnect.ts'
import { fence, rescue, sweep } from './sweep.ts'
import { markStep, timeOut, waitLonger } from './timing.ts'
import type { WriteContext } from './write-context.ts'

/** Every write of the store, by the name of its method. Each one runs inside a transaction and may be undone as a whole. */
export const WRITES = {
  enqueue,
  claim,
  heartbeat,
  complete,
  release,
  updateRun,
  updateStep,
  appendEvents,
  cancel,
  control,
  markStep,
  timeOut,
  fence,
  waitLonger,
  awaitReconnect,
  reconnected,
  reconnectsDue,
  retry,
  resume,
  dismiss,
  move,
  updateLane,
  sweep,
  rescue,
  saveInstance,
  saveOperation,
  deleteOperations,
} satisfies Record<string, (context: WriteContext, ...args: never[]) => unknown>

export type WriteName = keyof typeof WRITES

/** Signs of life and lines of a log: the last ones before a power cut may be missing. */
const NORMAL: readonly string[] = ['heartbeat', 'appendEvents', 'saveInstance', 'saveOperation', 'deleteOperations'] satisfies WriteName[]

/** Done twice, these leave what they leave when done once. */
const REPEATABLE: readonly string[] = ['heartbeat', 'saveInstance', 'saveOperation', 'deleteOperations'] satisfies WriteName[]
export const isRepeatable = (name: string): boolean => REPEATABLE.includes(name)

/** What a person would miss survives a power cut. A session and a worktree must be known before anything is done in them. */
export const durabilityOf = (name: string, args: readonly unknown[]): Durability => {
  if (NORMAL.includes(name)) return 'normal'
  if (name !== 'updateRun') return 'full'
  const patch = args[1] as RunPatch
  return patch.sessionId !== undefined || patch.worktreeId !== undefined ? 'full' : 'normal'
}
