import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import {
  CallToolResultSchema,
  ErrorCode,
  LoggingMessageNotificationSchema,
  McpError,
  type Progress,
} from '@modelcontextprotocol/sdk/types.js'
import packageJson from '../../../../package.json' with { type: 'json' }
import { type EventLevel, Json, type RunError } from '../../../shared/models/index.ts'
import type { Clock, Watchdog } from '../../platform/index.ts'
import type { OpContext, StepEnding } from '../../runs/index.ts'
import { stopped } from '../endings.ts'
import type { Line } from './line.ts'
import { openLocalLine } from './local-line.ts'
import type { McpParams } from './params.ts'
import { openRemoteLine } from './remote-line.ts'
import { readAnswer } from './result.ts'

/** The SDK's own limits are off, as far as a timer can count: the step's clock decides. */
const NO_LIMIT = { timeout: 2 ** 31 - 1 }

/**
 * Calls one tool of an MCP server: connect, look whether it has the tool, call it, close.
 *
 * Told to stop, it takes the call back as the protocol says, and then ends the line.
 */
export async function callTool(context: OpContext<McpParams>, deps: { clock: Clock; watchdog: Watchdog }): Promise<StepEnding> {
  const { params, signal, attemptId } = context
  const { server } = params
  const line = 'url' in server ? openRemoteLine(server, attemptId, deps.clock) : openLocalLine(server, context, deps)
  const client = new Client({ name: 'ops-control-room', version: packageJson.version }, { capabilities: {} })
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params: { level, data } }) => {
    context.emit({
      kind: 'log',
      level: levelOf(level),
      message: (typeof data === 'string' ? data : JSON.stringify(data)).slice(0, 100_000),
    })
  })

  // Only the call itself is taken back: of a connection under way nothing would be left to tell.
  const call = new AbortController()
  let calling = false
  const stop = (): void => {
    if (calling) call.abort('the run was stopped')
    else void client.close()
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    signal.throwIfAborted()
    await line.guard(() => client.connect(line.transport, NO_LIMIT))
    const tools = await listTools(client, line)
    if (!tools.includes(params.tool)) return unknownTool(params.tool, tools)
    calling = true
    const request = { name: params.tool, arguments: params.arguments, _meta: { idempotencyKey: attemptId } }
    const onprogress = (progress: Progress): void => showProgress(context, progress)
    const answer = await line.guard((onresumptiontoken) =>
      client.callTool(request, CallToolResultSchema, { ...NO_LIMIT, signal: call.signal, onprogress, onresumptiontoken }),
    )
    const { text, result } = readAnswer(CallToolResultSchema.parse(answer))
    if (text) context.emit({ kind: 'log', level: answer.isError ? 'error' : 'info', message: text })
    if (!answer.isError) return { outcome: 'success', result, message: firstLine(text) || `${params.tool} answered` }
    const error = { code: 'MCP_TOOL_ERROR', message: text.slice(0, 2_000) || `The tool “${params.tool}” failed and did not say why.` }
    return { outcome: 'error', error, result }
  } catch (error) {
    if (signal.aborted) return stopped(context)
    return { outcome: 'error', error: (await line.explain(error)) ?? explain(error, params.tool) }
  } finally {
    signal.removeEventListener('abort', stop)
    await line.close(signal.aborted)
    await client.close().catch(() => {})
  }
}

async function listTools(client: Client, line: Line): Promise<string[]> {
  if (!client.getServerCapabilities()?.tools) return []
  const names: string[] = []
  let cursor: string | undefined
  do {
    const page = await line.guard(() => client.listTools(cursor === undefined ? {} : { cursor }, NO_LIMIT))
    names.push(...page.tools.map(({ name }) => name))
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return names
}

const unknownTool = (tool: string, tools: readonly string[]): StepEnding => {
  const has = tools.length ? `It has: ${tools.join(', ')}.` : 'It has no tools at all.'
  return {
    outcome: 'validation_failed',
    error: { code: 'UNKNOWN_TOOL', message: `The MCP server has no tool “${tool}”. ${has}`, retryable: false, data: { tools: [...tools] } },
  }
}

/** Codes by which a server says that the same call can never succeed. */
const REFUSED: readonly number[] = [ErrorCode.InvalidParams, ErrorCode.InvalidRequest, ErrorCode.MethodNotFound]

function explain(error: unknown, tool: string): RunError {
  if (!(error instanceof McpError)) {
    const message = error instanceof Error ? error.message : String(error)
    return { code: 'MCP_PROTOCOL_ERROR', message: `The MCP server did not answer as the protocol says: ${message.slice(0, 1_000)}` }
  }
  const said = error.message.replace(/^MCP error -?\d+: /, '')
  const data = Json.safeParse(error.data)
  return {
    code: 'MCP_ERROR',
    message: `The call of “${tool}” was refused: ${said}`,
    ...(REFUSED.includes(error.code) ? { retryable: false } : {}),
    data: { code: error.code, ...(data.success ? { data: data.data } : {}) },
  }
}

function showProgress(context: OpContext, { progress, total, message }: Progress): void {
  context.progress(total !== undefined && total > 0 ? Math.min(1, Math.max(0, progress / total)) : -1, message)
}

const LEVELS: Readonly<Record<string, EventLevel>> = { debug: 'debug', info: 'info', notice: 'info', warning: 'warn' }
const levelOf = (level: string): EventLevel => LEVELS[level] ?? 'error'

const firstLine = (text: string): string =>
  text
    .split('\n')
    .find((line) => line.trim() !== '')
    ?.trim()
    .slice(0, 200) ?? ''
