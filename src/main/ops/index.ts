export { createAgentOp } from './agent.ts'
export {
  type DispatchPlan,
  describeOps,
  planDispatch,
  readOptions,
  refusalOf,
  runKey,
  TARGET_PARAM,
  targetKindOf,
} from './dispatch-plan.ts'
export { createShellOp } from './shell.ts'
