import { isEnded, isLive, type RunSummary } from '../../shared/models/index.ts'

type State = Pick<RunSummary, 'status'>

/** Whether there is anything left to cancel. */
export const canCancel = (run: State): boolean => !isEnded(run.status) && run.status !== 'cancelling'

/** Whether something of it may be alive that nobody has asked to kill yet. One that is stopping by itself can still be killed. */
export const canKill = (run: State & Pick<RunSummary, 'cancelMode'>): boolean => isLive(run.status) && run.cancelMode !== 'kill'

/** Whether the run ended without success, so that another attempt makes sense. */
export const canRetry = (run: State): boolean => run.status === 'failed' || run.status === 'cancelled'

/** Whether the run has not started: it may change its lane and its place. */
export const canMove = (run: State): boolean => run.status === 'queued' || run.status === 'scheduled'
