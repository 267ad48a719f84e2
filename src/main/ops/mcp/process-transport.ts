import { finished } from 'node:stream/promises'
import { ReadBuffer, serializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { ErrorCode, type JSONRPCMessage, McpError } from '@modelcontextprotocol/sdk/types.js'
import type { ChildHandle, ProcessExit } from '../../platform/index.ts'

/** The longest message taken from a server, in bytes. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024

/**
 * Speaks MCP with a child process over its stdin and stdout, one JSON message a line.
 *
 * The SDK's own transport starts the process itself: in our process group, without our marks, and it ends the process alone and not what that started.
 * Here the owner starts the child (stdin piped) and ends it; `close` only closes its stdin, which asks a server to go.
 */
export class ProcessTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: (message: JSONRPCMessage) => void
  readonly #child: ChildHandle
  readonly #buffer = new ReadBuffer({ maxBufferSize: MAX_MESSAGE_BYTES })
  #closed = false

  constructor(child: ChildHandle) {
    this.#child = child
  }

  /** @throws Error when the process could not be started */
  async start(): Promise<void> {
    const { pid, stdout, exited } = this.#child
    if (pid === 0) throw notStarted(await exited)
    stdout.on('data', (chunk: Buffer) => this.#take(chunk))
    // What it said last is still read: the exit may overtake the output.
    void exited.then(() => finished(stdout).catch(() => {})).then(() => this.#close())
  }

  /** @throws McpError ConnectionClosed when the process hears no more */
  async send(message: JSONRPCMessage): Promise<void> {
    const { stdin } = this.#child
    if (this.#closed || !stdin?.writable) throw closed('it takes no more messages')
    await new Promise<void>((resolve, reject) =>
      stdin.write(serializeMessage(message), (error) => (error ? reject(closed(error.message)) : resolve())),
    )
  }

  async close(): Promise<void> {
    this.#child.stdin?.end()
    this.#close()
  }

  #take(chunk: Buffer): void {
    if (this.#closed) return
    try {
      this.#buffer.append(chunk)
    } catch (error) {
      this.onerror?.(error as Error)
      this.#close()
      return
    }
    for (;;) {
      try {
        const message = this.#buffer.readMessage()
        if (message === null) return
        this.onmessage?.(message)
      } catch (error) {
        // A line that is no message: some servers greet on stdout. It has been taken out of the buffer.
        this.onerror?.(error as Error)
      }
    }
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#buffer.clear()
    this.onclose?.()
  }
}

const closed = (why: string): McpError => new McpError(ErrorCode.ConnectionClosed, why)

const notStarted = ({ error }: ProcessExit): Error => error ?? new Error('The process could not be started.')
