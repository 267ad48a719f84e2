import { spawn } from 'node:child_process'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'

/** A real MCP server with tools for every way in which a call can go. */
export function createToolServer(): McpServer {
  const server = new McpServer({ name: 'test-tools', version: '1.0.0' }, { capabilities: { logging: {} } })
  const text = (value: unknown) => ({
    content: [{ type: 'text' as const, text: typeof value === 'string' ? value : JSON.stringify(value) }],
  })

  server.registerTool('echo', { inputSchema: { say: z.string() } }, async ({ say }) => text(say))
  server.registerTool('add', { inputSchema: { a: z.number(), b: z.number() }, outputSchema: { sum: z.number() } }, async ({ a, b }) => ({
    ...text(String(a + b)),
    structuredContent: { sum: a + b },
  }))
  /** What the server knows of the call. */
  server.registerTool('about', { inputSchema: {} }, async (_args, { _meta, requestInfo }) =>
    text({
      key: _meta?.idempotencyKey,
      header: requestInfo?.headers['idempotency-key'],
      sent: requestInfo?.headers['x-test'],
      run: process.env.RUN_ID,
      attempt: process.env.RUN_ATTEMPT_ID,
      given: process.env.GIVEN,
      cwd: process.cwd(),
    }),
  )
  server.registerTool('refuse', { inputSchema: {} }, async () => ({ ...text('the database is closed on Sundays'), isError: true }))
  server.registerTool('count', { inputSchema: { to: z.number() } }, async ({ to }, { _meta, sendNotification }) => {
    for (let progress = 1; progress <= to && _meta?.progressToken !== undefined; progress++) {
      await sendNotification({
        method: 'notifications/progress',
        params: { progressToken: _meta.progressToken, progress, total: to, message: `${progress} of ${to}` },
      })
    }
    await server.server.sendLoggingMessage({ level: 'warning', data: 'counted' })
    return text('done')
  })
  /** Gets half of it done, and never answers. */
  server.registerTool('half', { inputSchema: {} }, async (_args, { _meta, sendNotification }) => {
    const progressToken = _meta?.progressToken ?? 0
    await sendNotification({ method: 'notifications/progress', params: { progressToken, progress: 2, total: 4, message: '2 of 4' } })
    return new Promise(() => {})
  })
  /** Never answers, and has a child that ignores being told to end. */
  server.registerTool('wait', { inputSchema: {} }, async () => {
    spawn('bash', ['-c', 'trap "" TERM; echo "a child waits" >&2; sleep 600 & wait'], { stdio: ['ignore', 'ignore', 'inherit'] })
    return new Promise(() => {})
  })
  server.registerTool('die', { inputSchema: {} }, async () => {
    console.error('out of memory')
    process.exit(3)
  })
  return server
}
