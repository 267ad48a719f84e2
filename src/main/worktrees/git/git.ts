import { availableParallelism } from 'node:os'
import { GitConstructError, GitPluginError, type SimpleGitOptions, simpleGit } from 'simple-git'
import { AppError } from '../../../shared/models/index.ts'
import { createSemaphore } from '../locks.ts'
import { gitEnvironment } from './environment.ts'

/** Where and how one git command runs. */
export interface GitCall {
  /** An existing folder. */
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** `key=value` pairs for this command, laid over the fixed ones. */
  readonly config?: readonly string[]
  readonly input?: string
  /** Gets the output as it comes. Answering false ends the command early: `stopped` is then true. */
  onOutput?(chunk: Buffer): boolean
}

/** How a git command ended. `code` is its exit code; a failed command is an answer too, see `must`. */
export interface GitAnswer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  readonly stopped: boolean
}

export type Git = (args: readonly string[], call: GitCall) => Promise<GitAnswer>

/** A command that has been silent for so long hangs, in a filter for example; no lock is held for ever. */
const SILENCE_MS = 15 * 60_000

/**
 * Laid over the repository's and the person's configuration for every command.
 *
 * Nothing of the repository runs (hooks, file monitor), nothing is signed, no maintenance starts in the background, and commands that meet at a
 * reference wait for each other.
 */
const CONFIG = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'commit.gpgSign=false',
  'log.showSignature=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'submodule.recurse=false',
  'worktree.guessRemote=false',
  'color.ui=false',
  'core.filesRefLockTimeout=5000',
  'core.packedRefsTimeout=10000',
]

/** simple-git refuses these by default because they can start programs; ours switch programs off, and point to the person's own configuration. */
const ALLOWED: SimpleGitOptions['unsafe'] = { allowUnsafeHooksPath: true, allowUnsafeFsMonitor: true, allowUnsafeConfigPaths: true }

/**
 * Makes the one way to run git in this room. At most `min(4, processors)` git processes run at once; the others wait in order.
 *
 * @param env  given to every git process, for example the mark by which a host finds its children
 */
export function createGit(env: Readonly<Record<string, string>> = {}): Git {
  const gate = createSemaphore(Math.min(4, availableParallelism()))
  return (args, call) => gate(() => execute(args, { ...call, env: gitEnvironment({ ...env, ...call.env }) }))
}

async function execute(args: readonly string[], call: GitCall): Promise<GitAnswer> {
  const stop = new AbortController()
  let code: number | null = null
  let stderr = ''
  const options: Partial<SimpleGitOptions> = {
    baseDir: call.cwd,
    config: [...CONFIG, ...(call.config ?? [])],
    unsafe: ALLOWED,
    allowEnvironment: Object.keys(call.env ?? {}),
    // The exit alone is no end: output may still be in the pipe.
    completion: { onClose: true, onExit: false },
    timeout: { block: SILENCE_MS },
    abort: stop.signal,
    // A buffer, because for an empty text simple-git would leave the input open and the command waiting.
    input: () => Buffer.from(call.input ?? ''),
    // Called for every ending. An exit code is an answer here, no error; what simple-git itself stopped (too silent, told to) stays one.
    errors: (error, result) => {
      code = result.exitCode
      stderr = Buffer.concat(result.stdErr).toString('utf8')
      return error instanceof GitPluginError ? error : undefined
    },
  }
  try {
    const git = simpleGit(options).env({ ...call.env })
    git.outputHandler((_command, stdout) => {
      stdout.on('data', (chunk: Buffer) => {
        if (chunk.length > 0 && call.onOutput?.(chunk) === false) stop.abort()
      })
      // simple-git waits 50 ms after every command that said nothing, in case its output is late. At the end of the stream nothing can be late.
      stdout.once('end', () => stdout.emit('data', Buffer.alloc(0)))
    })
    const stdout = await git.raw([...args])
    return { ...ending(args, code, stderr), stdout, stopped: false }
  } catch (error) {
    if (stop.signal.aborted) return { code: -1, stdout: '', stderr, stopped: true }
    if (error instanceof AppError) throw error
    if (error instanceof GitConstructError) {
      throw new AppError('NOT_FOUND', `The folder ${call.cwd} does not exist any more: put it back, or remove it from the app.`, {
        cause: error,
      })
    }
    throw new AppError('INTERNAL', `"git ${args[0]}" did not end well: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

/** The exit code is negative when there was no process, and missing when a signal ended it. */
function ending(args: readonly string[], code: number | null, stderr: string): Pick<GitAnswer, 'code' | 'stderr'> {
  if (code === null) throw new AppError('INTERNAL', `"git ${args[0]}" was ended from outside: try again.`)
  if (code >= 0) return { code, stderr }
  const reason = stderr.split('\n')[0]
  throw new AppError('INTERNAL', `Git could not be started (${reason}): install git 2.31 or newer and put it on the PATH.`)
}

/**
 * Runs a command that has to succeed.
 *
 * @param what  finishes the sentence "Git could not ..."
 * @returns its output
 * @throws AppError INTERNAL  with what git said
 */
export async function must(git: Git, what: string, args: readonly string[], call: GitCall): Promise<string> {
  const answer = await git(args, call)
  if (answer.code !== 0) throw gitFailure(what, answer)
  return answer.stdout
}

/** Makes the error of a failed command. Git's own words are the best there is; the last lines say why, the first ones what it was doing. */
export function gitFailure(what: string, answer: GitAnswer): AppError {
  const said = answer.stderr
    .split('\n')
    .filter((line) => /^(fatal|error|warning):/.test(line))
    .slice(-3)
    .join(' ')
  const reason = said || answer.stderr.trim().slice(-500) || `exit code ${answer.code}`
  return new AppError('INTERNAL', `Git could not ${what}: ${reason}`, {
    data: { exitCode: answer.code, stderr: answer.stderr.slice(-4_000) },
  })
}

/** Takes NUL-separated output apart. */
export const splitNul = (output: string): string[] => output.split('\0').filter((field) => field !== '')
