import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ChatRequest, NAMED_SCENARIOS, planAnswer, type Script } from './scenario.ts'
import { streamAnswer } from './scripted-answer.ts'

export { NAMED_SCENARIOS, type Scenario, type ScenarioStep } from './scenario.ts'

/** One request as it was served. `outcome` becomes `finished`, or `closed early` when the caller hung up. */
export interface ModelRequest {
  readonly n: number
  readonly at: number
  /** The session that OpenCode names in a header. */
  readonly session: string | undefined
  readonly body: ChatRequest
  readonly headers: IncomingHttpHeaders
  scenario: string
  step: number
  attempt: number
  outcome: 'open' | 'finished' | 'closed early'
  ms: number | null
}

export interface ScriptedModel {
  /** Base URL of the provider, ends in `/v1`. */
  readonly url: string
  readonly origin: string
  /** Everything that was asked, in order. */
  readonly requests: ModelRequest[]
  /** Forgets the requests and how often each step was tried. */
  reset(): void
  /** Drops everything open. */
  close(): Promise<void>
}

/**
 * Starts a model that says what a script tells it: a provider of the OpenAI chat-completions kind, on loopback, without key or network.
 *
 * It is deterministic: no randomness, and no time in what it says but where a step asks for it. The newest user message decides (`planAnswer`).
 * Attempts at a step are counted by session, scenario and step, so parallel sessions do not use up each other's failures.
 * A scenario that cannot be read is answered with HTTP 400 and the reason.
 *
 * `GET /_fake/requests` shows what was asked; `POST /_fake/reset` forgets it.
 */
export async function startScriptedModel(
  options: { port?: number; host?: string; log?: (line: string) => void } & Partial<Script> = {},
): Promise<ScriptedModel> {
  const { port = 0, host = '127.0.0.1', log } = options
  const script: Script = { named: options.named ?? NAMED_SCENARIOS, prompts: options.prompts ?? {} }
  const requests: ModelRequest[] = []
  const attempts = new Map<string, number>()
  const reset = (): void => {
    requests.length = 0
    attempts.clear()
  }

  const complete = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = ChatRequest.parse(JSON.parse(await readBody(request)))
    const entry = openEntry(requests.length, request, body)
    requests.push(entry)
    const gone = new AbortController()
    response.on('close', () => {
      entry.ms = Date.now() - entry.at
      entry.outcome = response.writableFinished ? 'finished' : 'closed early'
      gone.abort()
    })
    const { key, index, step } = planAnswer(body, script)
    const counter = `${entry.session ?? ''}|${key}|${index}`
    const attempt = (attempts.get(counter) ?? 0) + 1
    attempts.set(counter, attempt)
    Object.assign(entry, { scenario: key, step: index, attempt })
    log?.(`#${entry.n} ${key.slice(0, 60)} step ${index} attempt ${attempt}`)
    if (step.status !== undefined && attempt <= (step.times ?? Number.POSITIVE_INFINITY)) {
      const error = { message: step.message ?? `fake ${step.status}`, type: 'fake_error', code: String(step.status) }
      sendJson(response, step.status, step.body ?? { error }, step.headers)
    } else await streamAnswer(step, { model: body.model, response, signal: gone.signal, id: `fake-${entry.n}` })
  }

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const route = `${request.method} ${pathname}`
    if (route === 'POST /v1/chat/completions') {
      complete(request, response).catch((error: unknown) => {
        const message = `scripted model: ${error instanceof Error ? error.message : String(error)}`
        if (response.headersSent) response.destroy()
        else sendJson(response, 400, { error: { message } })
      })
    } else if (route === 'GET /v1/models') sendJson(response, 200, { object: 'list', data: [{ id: 'fake', object: 'model' }] })
    else if (route === 'GET /_fake/requests') sendJson(response, 200, requests.map(withoutBodies))
    else if (route === 'POST /_fake/reset') {
      reset()
      sendJson(response, 200, true)
    } else sendJson(response, 404, { error: { message: `no ${route}` } })
  })
  // A step may hang for ever: that is the caller's to end.
  server.requestTimeout = 0
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  const origin = `http://${host}:${(server.address() as AddressInfo).port}`
  return {
    origin,
    url: `${origin}/v1`,
    requests,
    reset,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function openEntry(n: number, { headers }: IncomingMessage, body: ChatRequest): ModelRequest {
  const session = headers['x-session-id'] ?? headers['x-session-affinity']
  return {
    n,
    at: Date.now(),
    session: typeof session === 'string' ? session : undefined,
    body,
    headers,
    scenario: '',
    step: 0,
    attempt: 0,
    outcome: 'open',
    ms: null,
  }
}

const withoutBodies = ({ body, headers: _headers, ...rest }: ModelRequest): object => ({
  ...rest,
  messages: body.messages.length,
  tools: body.tools?.length ?? 0,
})

async function readBody(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}

function sendJson(response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
}

/** An OpenCode configuration that knows this one model, `fake/fake`. `extra` is laid over it. */
export const opencodeConfig = (url: string, extra: object = {}): object => ({
  $schema: 'https://opencode.ai/config.json',
  model: 'fake/fake',
  small_model: 'fake/fake',
  enabled_providers: ['fake'],
  autoupdate: false,
  share: 'disabled',
  provider: {
    fake: {
      npm: '@ai-sdk/openai-compatible',
      name: 'Fake',
      options: { baseURL: url, apiKey: 'fake' },
      models: { fake: { name: 'Fake', tool_call: true, limit: { context: 100_000, output: 10_000 } } },
    },
  },
  ...extra,
})
