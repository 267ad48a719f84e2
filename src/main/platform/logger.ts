import { join } from 'node:path'
import pino from 'pino'
import { dataPaths } from './paths.ts'
import { redactJson, redactText } from './redact.ts'
import { RotatingFile } from './rotating-file.ts'

/** What the core logs with: `logger.info({ runId }, 'A sentence.')`. Secrets may pass in; they do not come out. */
export type Logger = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error' | 'child'>

export interface LogFile {
  readonly logger: Logger
  /** Takes a secret that has no name around it (a token, a password) out of every later line. Ignored when shorter than 8 characters. */
  hide(secret: string): void
  /** Closes the file; what is logged later is dropped. */
  close(): Promise<void>
}

/** Logs nothing. */
export const silentLogger: Logger = pino({ enabled: false }, { write: () => {} })

/**
 * Logs pino lines to `<dataDir>/logs/<name>.log`, secrets taken out; a full file moves to `<name>.log.1`, up to `.<keep>`.
 *
 * Lines are written at once and in this thread: a crash loses none, and no worker file has to be found in a build.
 *
 * @param options.name  `host` when left out; two processes must not write the same file
 * @param options.level  `info` when left out
 * @param options.maxBytes  size of one file, 10 MiB when left out
 * @param options.keep  how many older files stay, 5 when left out
 */
export function createLogger(options: { dataDir: string; name?: string; level?: string; maxBytes?: number; keep?: number }): LogFile {
  const { maxBytes = 10 * 1024 * 1024, keep = 5, level = 'info', name = 'host' } = options
  const file = new RotatingFile(join(dataPaths(options.dataDir).logs, `${name}.log`), { maxBytes, keep })
  const secrets = new Set<string>()
  // An error is logged with its stack under either name; pino by itself knows only the first.
  const serializers = { err: pino.stdSerializers.err, error: pino.stdSerializers.err }
  const logger = pino(
    { level, serializers, base: { pid: process.pid } },
    { write: (line: string) => file.write(redactLine(line, secrets)) },
  )
  return {
    logger,
    hide: (secret) => {
      if (secret.length >= 8) secrets.add(secret)
    },
    close: async () => file.close(),
  }
}

/** Reads the finished line instead of giving pino paths: those name one depth each, and secrets also lie inside messages and stacks. */
function redactLine(line: string, secrets: Iterable<string>): string {
  try {
    return `${JSON.stringify(redactJson(JSON.parse(line), secrets))}\n`
  } catch {
    return redactText(line, secrets)
  }
}
