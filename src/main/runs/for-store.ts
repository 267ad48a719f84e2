/**
 * What stores need of this room: its decisions, to apply inside their transactions.
 *
 * A door of its own beside the index, because the store's threads start before anything is shown: nothing here loads a schema.
 */
export { type Admission, admit, type LiveCount, limitKeyOf } from './admission.ts'
export type { Note, RunChanges, RunState, StepRule, Transition } from './transition.ts'
export { decideClaim, decideEnding, decideEnqueue, decidePromote, decideRelease, mergeProgress } from './transitions.ts'
export { decideCancel, decideDismiss, decideMove, decideResume, decideRetry } from './transitions-by-hand.ts'
