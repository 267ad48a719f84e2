export { createAgentOp } from './agent.ts'
export { createShellOp } from './shell.ts'
