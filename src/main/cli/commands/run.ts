import { Option } from 'commander'
import { LANE_NAMES, type LaneName, PermissionPolicy, Run } from '../../../shared/models/index.ts'
import type { CliContext, RegisterCommand } from '../context.ts'
import { dataDirOption } from '../options.ts'

interface RunOptions {
  readonly dataDir: string
  readonly project: string
  readonly lane: LaneName
  readonly model?: string
  readonly policy?: PermissionPolicy
  readonly trust?: boolean
  readonly wait?: boolean
}

/** `controlroom run`: queues an agent run on the host that is running. */
export const registerRun: RegisterCommand = (program, context) => {
  program
    .command('run')
    .description('queue an agent run on the running host')
    .argument('<prompt>', 'what the agent shall do')
    .requiredOption('--project <project>', 'id, name or path; a git repository that is not known yet is added')
    .addOption(new Option('--lane <lane>', 'lane to queue in').choices([...LANE_NAMES]).default('A'))
    .option('--model <provider/model>', 'model to use')
    .addOption(new Option('--policy <policy>', 'what the agent may do without asking').choices([...PermissionPolicy.options]))
    .option('--trust', 'trust the project: agents there can run its code')
    .option('--wait', 'show what happens and end with the run: 0 when it succeeded, else 1')
    .addOption(dataDirOption(context.env))
    .action((prompt: string, options: RunOptions) => queueRun(prompt, options, context))
}

async function queueRun(prompt: string, options: RunOptions, context: CliContext): Promise<void> {
  const [{ attach }, { ensureTrusted, findProject }, { followToEnd }, { formatEnding, formatEvent }] = await Promise.all([
    import('../host-client.ts'),
    import('../find-project.ts'),
    import('../follow.ts'),
    import('../run-words.ts'),
  ])
  const client = attach(options.dataDir)
  const project = await ensureTrusted(client, await findProject(client, options.project, process.cwd()), options.trust ?? false)
  const { lane, model, policy } = options
  const run = await client.post('/runs.create', { prompt, projectId: project.id, lane, model, policy }, Run)
  context.out(`run ${run.id} queued in lane ${run.lane} for ${project.name}`)
  if (!options.wait) return
  const ended = await followToEnd(
    () => attach(options.dataDir),
    run.id,
    (event) => {
      const line = formatEvent(event)
      if (line !== null) context.out(line)
    },
  )
  context.out(formatEnding(ended))
  if (ended.status !== 'succeeded') context.exitCode = 1
}
