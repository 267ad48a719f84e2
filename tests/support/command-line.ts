import { runCommandLine } from '../../src/main/cli/program.ts'

/** What a command line answered. */
export interface CommandResult {
  readonly code: number
  /** Lines on stdout. */
  readonly out: readonly string[]
  /** Lines on stderr. */
  readonly err: readonly string[]
}

/** Runs a command line in this process. The environment is empty unless given, so that nothing of this machine's user is touched. */
export async function runOnCommandLine(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  const out: string[] = []
  const err: string[] = []
  const code = await runCommandLine(args, { env, out: (line) => out.push(line), err: (line) => err.push(line), exitCode: 0 })
  return { code, out, err }
}
