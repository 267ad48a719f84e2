import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js'
import { type Clock, killTree, startProcess, type Watchdog } from '../../platform/index.ts'
import type { OpContext } from '../../runs/index.ts'
import { createOutputLog, drained } from '../output-log.ts'
import { resolveInside } from '../run-folder.ts'
import type { Line } from './line.ts'
import type { LocalServer } from './params.ts'
import { ProcessTransport } from './process-transport.ts'

/** How long a server may take to go by itself once its input is closed, in milliseconds. */
const GOODBYE_MS = 2_000

/**
 * Starts an MCP server in the run's folder, in a process group of its own and with the attempt's marks, and opens a line to it.
 *
 * What it says on stderr goes into the run's log. At the end its input is closed; what is then left of it is ended, the attempt's strays with it.
 */
export function openLocalLine(server: LocalServer, context: OpContext, { clock, watchdog }: { clock: Clock; watchdog: Watchdog }): Line {
  const child = startProcess({
    command: server.command,
    args: server.args,
    cwd: resolveInside(context.directory, server.cwd) ?? context.directory,
    env: { ...server.env, ...context.env },
    stdin: 'pipe',
  })
  watchdog.add(child.identity)
  const log = createOutputLog(context, clock)
  child.stderr.on('data', (chunk: Buffer) => log.write('err', chunk))
  const transport = new ProcessTransport(child)
  let ended: string | null = null
  void child.exited.then(({ code, signal, error }) => {
    ended = error ? `could not be started: ${error.message}` : signal ? `was ended by ${signal}` : `ended with code ${code}`
  })

  return {
    transport,
    guard: (request) => request(() => {}),
    async explain(error) {
      if (child.pid > 0 && !(error instanceof McpError && error.code === ErrorCode.ConnectionClosed)) return null
      // Its pipes may close before it has ended, and only the ending says why.
      await gone(child.exited, clock)
      const said = log.tail().trim().split('\n').slice(-3).join(' ').slice(0, 500)
      const how = ended ?? 'closed its output'
      return {
        code: child.pid === 0 ? 'MCP_SERVER_NOT_STARTED' : 'MCP_SERVER_ENDED',
        message: `The MCP server ${server.command} ${how}${child.pid === 0 ? '' : ' before it answered'}.${said ? ` It said: ${said}` : ''}`,
        ...(child.pid === 0 ? { retryable: false } : {}),
      }
    },
    async close(stopped) {
      await transport.close()
      if (!stopped) await gone(child.exited, clock)
      const { survivors } = await killTree(
        { identity: child.identity, marker: { name: 'RUN_ATTEMPT_ID', value: context.attemptId } },
        { clock },
      )
      await drained(child, clock)
      log.end()
      watchdog.remove(child.identity)
      if (survivors.length === 0) return
      const pids = survivors.map(({ pid }) => pid).join(', ')
      context.emit({ kind: 'step', level: 'error', message: `Processes of the MCP server could not be ended: ${pids}.` })
    },
  }
}

/** Waits for a process to end, for a while. */
async function gone(exited: Promise<unknown>, clock: Clock): Promise<void> {
  let cancel = (): void => {}
  const late = new Promise<void>((resolve) => {
    cancel = clock.after(GOODBYE_MS, resolve)
  })
  await Promise.race([exited, late]).finally(cancel)
}
