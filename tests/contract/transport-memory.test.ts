import type { ClientContext, ClientOptions } from '@orpc/client'
import { createMemoryClient, createRouter } from '../../src/main/ipc/index.ts'
import { type ServeDoor, testTransport } from './transport-suite.ts'

type Call = (input: unknown, options: ClientOptions<ClientContext>) => Promise<unknown>

/** A line in memory has nothing that can break; cutting it aborts all that is under way. */
const serveMemory: ServeDoor = async (core, logger) => {
  const client = createMemoryClient(createRouter(core), logger)
  const open = new Set<AbortController>()
  const cut = (): void => {
    for (const line of open) line.abort()
    open.clear()
  }
  return {
    async openLine() {
      const line = new AbortController()
      open.add(line)
      return {
        link: {
          call(path, input, options) {
            const procedure = path.reduce<unknown>((found, name) => (found as Record<string, unknown>)[name], client) as Call
            const signals = [line.signal, ...(options.signal ? [options.signal] : [])]
            return procedure(input, { ...options, signal: AbortSignal.any(signals) })
          },
        },
        closed: new Promise((resolve) => line.signal.addEventListener('abort', () => resolve())),
        close: () => line.abort(),
      }
    },
    cut,
    close: async () => cut(),
  }
}

testTransport('memory', serveMemory)
