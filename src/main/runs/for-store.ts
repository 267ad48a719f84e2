/**
 * What stores need of this room: its decisions, to apply inside their transactions.
 *
 * A door of its own beside the index, because the store's threads start before anything is shown: nothing here loads a schema.
 */
export { type Admission, admit, type LiveCount, limitKeyOf } from './admission.ts'
export { decideAwait, describeLateReturn, endingOfReturn, endingOfSilence } from './reconnect.ts'
export {
  attentionOf,
  clockOfClaim,
  decideMark,
  decidePause,
  decideWaitLonger,
  endingOfLoss,
  isWaitingForPerson,
  NO_TIMING,
  type Timing,
  type TimingChange,
  timingOf,
} from './timing.ts'
export { NOT_CANCELLING, type Note, type RunChanges, type RunState, type StepRule, type Transition } from './transition.ts'
export {
  decideClaim,
  decideEnding,
  decideEnqueue,
  decidePromote,
  decideRecord,
  decideRelease,
  endingOfFence,
  mergeProgress,
  settleEnding,
} from './transitions.ts'
export {
  decideCancel,
  decideDismiss,
  decideMove,
  decideResume,
  decideRetry,
  decideTimeOut,
  describeDeed,
  describeRefusal,
} from './transitions-by-hand.ts'
