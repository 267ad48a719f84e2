import { Command, CommanderError } from 'commander'
import packageJson from '../../../package.json' with { type: 'json' }
import { isAppError } from '../../shared/models/index.ts'
import { registerDemo } from './commands/demo.ts'
import { registerDoctor } from './commands/doctor.ts'
import { registerRun } from './commands/run.ts'
import { registerServe } from './commands/serve.ts'
import type { CliContext, RegisterCommand } from './context.ts'

/** Every command, in the order of the help. */
const COMMANDS: readonly RegisterCommand[] = [registerServe, registerRun, registerDemo, registerDoctor]

const USAGE = 2
const FAILED = 1

/**
 * Runs one command line.
 *
 * A usage error is one sentence and 2, an expected failure its sentence and 1. Of a bug one line is shown, not its stack.
 *
 * @param args  what follows the program's name
 * @returns the exit code
 */
export async function runCommandLine(args: readonly string[], context: CliContext): Promise<number> {
  const program = new Command('controlroom')
    .description('Runs many coding agents at once, each in its own git worktree, on a durable queue.')
    .version(packageJson.version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => context.out(text.trimEnd()), writeErr: () => {} })
  for (const register of COMMANDS) register(program, context)
  if (args.length === 0) {
    context.err('Say what to do, as in "controlroom serve"; "controlroom --help" lists the commands.')
    return USAGE
  }
  try {
    await program.parseAsync([...args], { from: 'user' })
    return context.exitCode
  } catch (error) {
    if (error instanceof CommanderError) return explainUsage(error, context)
    context.err(isAppError(error) ? error.message : `controlroom failed: ${error instanceof Error ? error.message : String(error)}`)
    return FAILED
  }
}

function explainUsage(error: CommanderError, context: CliContext): number {
  // Help and version come as errors too.
  if (error.exitCode === 0) return 0
  const said = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ')
  const sentence = said.charAt(0).toUpperCase() + said.slice(1).replace(/\.?$/, '.')
  context.err(`${sentence} See "controlroom --help".`)
  return USAGE
}
