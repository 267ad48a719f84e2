/** The agents room: the OpenCode server, its sessions, and what they ask. The only room that knows OpenCode. */
export { type AgentsOptions, createAgents } from './agents.ts'
export { fileKey, findBinary } from './binary.ts'
export type { AgentEnding, Agents, AgentTurn, RunningServer } from './port.ts'
export { OPENCODE_WORKER } from './server.ts'
