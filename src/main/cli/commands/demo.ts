import { join, resolve } from 'node:path'
import { Option } from 'commander'
import type { RunSummary } from '../../../shared/models/index.ts'
import type { CliContext, RegisterCommand } from '../context.ts'
import { defaultDataDir, parseInteger } from '../options.ts'

interface DemoOptions {
  readonly dataDir: string
  readonly runs: number
  readonly once?: boolean
  readonly json?: boolean
}

/** `controlroom demo`: agents at work in a sample project, with a scripted model: no key, no network. */
export const registerDemo: RegisterCommand = (program, context) => {
  program
    .command('demo')
    .description('watch agents work in a sample project, without a key or network')
    .option('--once', 'end when all runs have ended; their worktrees stay to look at')
    .addOption(new Option('--runs <number>', 'how many runs to start').argParser(parseInteger(1, 50)).default(4))
    .option('--json', 'print the figures as the last line')
    .addOption(
      new Option('--data-dir <folder>', 'where everything is kept')
        .argParser((folder: string) => resolve(folder))
        .default(join(defaultDataDir(context.env), 'demo')),
    )
    .action((options: DemoOptions) => demo(options, context))
}

const forEver = (): Promise<never> => new Promise(() => {})

async function demo(options: DemoOptions, context: CliContext): Promise<void> {
  const [{ createCore }, { endOnSignal, startHeadlessHost }, { demoSettings }, { watchRuns }] = await Promise.all([
    import('../../core.ts'),
    import('../../headless/index.ts'),
    import('../demo-settings.ts'),
    import('../watch-runs.ts'),
  ])
  const startedAt = performance.now()
  const settings = demoSettings(options.runs)
  const starting = startHeadlessHost({
    dataDir: options.dataDir,
    port: 0,
    createCore: (given) => createCore({ ...given, ports: { ...given.ports, settings }, isolatedAgents: true }),
  })
  endOnSignal(async () => (await starting).stop(), { exit: (code) => process.exit(code), tell: context.err })
  const host = await starting
  const { core } = host
  context.out(`open ${host.openUrl}`)
  await core.ready
  const { interrupted } = core.host.status()
  if (interrupted.length)
    context.out(
      `${interrupted.length} ${interrupted.length === 1 ? 'run was' : 'runs were'} interrupted last time and ${interrupted.length === 1 ? 'goes' : 'go'} on now`,
    )

  const { projectId, runIds } = await core.host.startDemo(options.runs)
  const project = (await core.projects.list()).find(({ id }) => id === projectId)!
  context.out(`${runIds.length} runs in ${project.path}`)
  const watched = [...interrupted, ...runIds]
  const ended = await watchRuns(core, watched, context.out)
  // A signal is stopping the host, and ends the process when that is done.
  if (ended.length < watched.length) await forEver()
  await tellWorktrees(ended)
  if (!options.once) {
    context.out('All runs have ended. The screen stays open until Ctrl-C.')
    await forEver()
  }
  await host.stop()
  const own = ended.filter(({ id }) => runIds.includes(id))
  const succeeded = ended.filter(({ status }) => status === 'succeeded').length
  if (succeeded < ended.length) context.exitCode = 1
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10
  if (options.json) {
    const figures = {
      runs: own.length,
      succeeded: own.filter(({ status }) => status === 'succeeded').length,
      failed: own.filter(({ status }) => status !== 'succeeded').length,
    }
    context.out(JSON.stringify({ ...figures, seconds, project: project.path, dataDir: options.dataDir }))
  } else context.out(`${succeeded} of ${ended.length} runs succeeded in ${seconds} s`)

  async function tellWorktrees(runs: readonly RunSummary[]): Promise<void> {
    const worktrees = await core.worktrees.list(projectId)
    for (const run of runs) {
      const { files } = await core.runs.diff(run.id)
      const worktree = worktrees.find(({ runId }) => runId === run.id)
      context.out(
        `${run.title}: ${run.status}, ${files.length} ${files.length === 1 ? 'file' : 'files'} changed in ${worktree?.path ?? 'no worktree'}`,
      )
    }
  }
}
