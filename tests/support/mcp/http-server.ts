import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createToolServer } from './tools.ts'

/** The tools over streamable HTTP, with sessions. */
export interface HttpToolServer {
  readonly url: string
  /** Sessions that were opened and not ended by their client. */
  readonly sessions: number
  /** How often a client asked for the rest of an answer. */
  readonly resumes: number
  /** Answers the next calls of a tool itself instead; null ends that. */
  intercept(answer: ((request: IncomingMessage, response: ServerResponse) => void) | null): void
  close(): Promise<void>
}

export async function startHttpToolServer(): Promise<HttpToolServer> {
  const transports = new Map<string, StreamableHTTPServerTransport>()
  let resumes = 0
  let intercepting: ((request: IncomingMessage, response: ServerResponse) => void) | null = null

  const server = createServer(async (request, response) => {
    if (request.headers['last-event-id']) resumes += 1
    let text = ''
    for await (const chunk of request) text += chunk
    const body: unknown = text ? JSON.parse(text) : undefined
    if (intercepting && (body as { method?: string } | undefined)?.method === 'tools/call') return intercepting(request, response)
    const known = transports.get(String(request.headers['mcp-session-id']))
    if (known) return known.handleRequest(request, response, body)
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void transports.set(id, transport),
      onsessionclosed: (id) => void transports.delete(id),
    })
    await createToolServer().connect(transport)
    await transport.handleRequest(request, response, body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    get sessions() {
      return transports.size
    },
    get resumes() {
      return resumes
    },
    intercept(answer) {
      intercepting = answer
    },
    async close() {
      for (const transport of transports.values()) await transport.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
