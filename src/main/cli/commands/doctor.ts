import { Option } from 'commander'
import type { CliContext, RegisterCommand } from '../context.ts'
import { DEFAULT_PORT, dataDirOption, parseInteger } from '../options.ts'

interface DoctorOptions {
  readonly dataDir: string
  readonly port: number
}

/** `controlroom doctor`: says what is missing on this machine, and how to mend it. */
export const registerDoctor: RegisterCommand = (program, context) => {
  program
    .command('doctor')
    .description('check what this machine needs and say how to mend it')
    .addOption(dataDirOption(context.env))
    .addOption(new Option('--port <number>', 'port that the host shall listen on').argParser(parseInteger(1, 65_535)).default(DEFAULT_PORT))
    .action((options: DoctorOptions) => examine(options, context))
}

async function examine({ dataDir, port }: DoctorOptions, context: CliContext): Promise<void> {
  const [machine, agents, { formatFinding }, { openSettings }] = await Promise.all([
    import('../doctor/machine.ts'),
    import('../doctor/agents.ts'),
    import('../doctor/finding.ts'),
    import('../../headless/index.ts'),
  ])
  const folder = machine.checkDataDir(dataDir)
  const settings = openSettings(dataDir).get()
  const findings = await Promise.all([
    machine.checkNode(process.versions.node),
    machine.checkGit(),
    agents.checkOpenCode(settings),
    agents.checkModel(settings, context.env),
    folder,
    machine.checkPort(port, dataDir),
    machine.checkPage(),
  ])
  for (const finding of findings) context.out(formatFinding(finding))
  if (findings.some(({ level }) => level === 'fail')) context.exitCode = 1
}
