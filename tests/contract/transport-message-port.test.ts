import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { RPCLink } from '@orpc/client/message-port'
import { createPortServer, createRouter } from '../../src/main/ipc/index.ts'
import { type ServeDoor, testTransport } from './transport-suite.ts'

const servePorts: ServeDoor = async (core, logger) => {
  const serve = createPortServer(createRouter(core), logger)
  const served = new Set<MessagePort>()
  const cut = (): void => {
    for (const port of served) port.close()
    served.clear()
  }
  return {
    async openLine() {
      const { port1, port2 } = new MessageChannel()
      served.add(port1)
      serve(port1)
      port1.start()
      const closed = new Promise<void>((resolve) => port2.once('close', resolve))
      const link = new RPCLink({ port: port2 })
      port2.start()
      return { link, closed, close: () => port2.close() }
    },
    cut,
    close: async () => cut(),
  }
}

testTransport('a message port', servePorts)
