import type { Command } from 'commander'

/** What a command may use of the process it runs in. */
export interface CliContext {
  readonly env: NodeJS.ProcessEnv
  /** Writes one line to stdout: the answer. */
  out(line: string): void
  /** Writes one line to stderr: remarks and failures. */
  err(line: string): void
  /** Ends the process with this code when the command is done; 0 unless set. */
  exitCode: number
}

/**
 * Adds one command to the program. Each command has a file of its own in `commands/`, listed in `program.ts`.
 *
 * What a command needs is imported by its action, so that `--help` and other commands do not pay for it. Expected failures are thrown as `AppError`.
 */
export type RegisterCommand = (program: Command, context: CliContext) => void
