export { createAgentOp } from './agent.ts'
export { type BuiltInDeps, createBuiltInOps } from './built-in.ts'
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
export { endContainersOfRuns } from './docker/cli.ts'
export { createOneAtATime } from './one-at-a-time.ts'
export { createOpencodeRestartOp, OPENCODE_TARGET, type RestartTarget } from './opencode-restart.ts'
export { createShellOp } from './shell.ts'
export { createWorkerSwitchOp } from './worker-switch.ts'
