import { fail, ok } from '../../shared/models/index.ts'
import type { Clock, Watchdog } from '../platform/index.ts'
import { defineOp, type OpDefinition } from '../runs/index.ts'
import { McpParams } from './mcp/params.ts'
import { resolveInside } from './run-folder.ts'

/**
 * Calls a tool of an MCP server: one that is started for it in the run's folder, or one that is reached over HTTP.
 *
 * The attempt's id goes along as `_meta.idempotencyKey`, over HTTP also as `Idempotency-Key`, to a started server also as `RUN_ATTEMPT_ID`.
 */
export function createMcpOp(deps: { clock: Clock; watchdog: Watchdog }): OpDefinition {
  return defineOp<McpParams>({
    name: 'mcp',
    title: 'MCP tool',
    params: McpParams,
    timeouts: { warningMs: 8 * 60_000, hardMs: 10 * 60_000, onTimeout: 'kill' },
    cancellable: true,
    idempotent: false,
    workspace: 'worktree',
    async validate({ directory, params: { server } }) {
      return 'command' in server && resolveInside(directory, server.cwd) === null
        ? fail('VALIDATION_FAILED', `server.cwd must lie inside the run's folder, and “${server.cwd}” does not.`)
        : ok(undefined)
    },
    async execute(context) {
      // The SDK takes its time to load, and most hosts never need it.
      const { callTool } = await import('./mcp/call-tool.ts')
      return callTool(context, deps)
    },
  })
}
