import { Option } from 'commander'
import type { CliContext, RegisterCommand } from '../context.ts'
import { chooseToken, DEFAULT_PORT, dataDirOption, parseInteger } from '../options.ts'

interface ServeOptions {
  readonly dataDir: string
  readonly port: number
  readonly host: string
  readonly token?: string
  readonly tokenFile?: string
  readonly concurrency?: number
}

/** `controlroom serve`: the headless host, until a signal. */
export const registerServe: RegisterCommand = (program, context) => {
  program
    .command('serve')
    .description('run the host and serve its screens to a browser')
    .addOption(dataDirOption(context.env))
    .addOption(
      new Option('--port <number>', 'port to listen on, 0 for any that is free').argParser(parseInteger(0, 65_535)).default(DEFAULT_PORT),
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--token <token>', 'access token (others on this machine can read it here: better CONTROLROOM_TOKEN or --token-file)')
    .option('--token-file <file>', 'file with the access token')
    .addOption(new Option('--concurrency <number>', 'runs to work on at once, 0 for none').argParser(parseInteger(0, 200)))
    .action((options: ServeOptions) => serve(options, context))
}

async function serve(options: ServeOptions, context: CliContext): Promise<void> {
  const token = chooseToken(options, context.env)
  const [{ createCore }, { endOnSignal, startHeadlessHost }] = await Promise.all([
    import('../../core.ts'),
    import('../../headless/index.ts'),
  ])
  const starting = startHeadlessHost({
    dataDir: options.dataDir,
    host: options.host,
    port: options.port,
    createCore,
    ...(token === undefined ? {} : { token }),
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
  })
  // Listened for from the beginning: a start that is interrupted is undone as well.
  endOnSignal(async () => (await starting).stop(), { exit: (code) => process.exit(code), tell: context.err })
  const host = await starting
  process.on('uncaughtException', (error) => {
    host.logger.error({ err: error }, 'a bug ended the host')
    context.err(`A bug ended the host: ${error.message}. Its log has the details; nothing that was stored is lost.`)
    process.exit(1)
  })
  context.out(`listening on ${host.url}`)
  context.out(`open ${host.openUrl}`)
  // Until a signal ends the process.
  await new Promise(() => {})
}
