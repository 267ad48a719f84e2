import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import { AppError } from '../../shared/models/index.ts'

/** The port to serve on when none is chosen. */
export const DEFAULT_PORT = 4680

/** The data folder of this person on this machine, where the platform keeps such things; `CONTROLROOM_DATA_DIR` overrides it. */
export function defaultDataDir(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform, home: string = homedir()): string {
  if (env.CONTROLROOM_DATA_DIR) return resolve(env.CONTROLROOM_DATA_DIR)
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'ops-control-room')
  if (platform === 'win32') return join(env.APPDATA || join(home, 'AppData', 'Roaming'), 'ops-control-room')
  // The XDG rules say that a path that is not absolute is to be ignored.
  const dataHome = env.XDG_DATA_HOME && isAbsolute(env.XDG_DATA_HOME) ? env.XDG_DATA_HOME : join(home, '.local', 'share')
  return join(dataHome, 'ops-control-room')
}

/** `--data-dir`, the same for every command. */
export const dataDirOption = (env: NodeJS.ProcessEnv): Option =>
  new Option('--data-dir <folder>', 'where everything is kept').argParser((folder: string) => resolve(folder)).default(defaultDataDir(env))

/** Parses a whole number within limits, for commander. */
export const parseInteger =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max) throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`)
    return value
  }

/**
 * The access token: from `--token-file`, `--token`, or `CONTROLROOM_TOKEN`; undefined without any.
 *
 * @throws AppError VALIDATION_FAILED when it cannot be read, or has spaces
 */
export function chooseToken(given: { token?: string; tokenFile?: string }, env: NodeJS.ProcessEnv): string | undefined {
  const token = given.tokenFile === undefined ? (given.token ?? env.CONTROLROOM_TOKEN) : readToken(given.tokenFile)
  if (token === undefined || token === '') return undefined
  if (!/^[\x21-\x7e]{1,500}$/.test(token)) {
    throw new AppError('VALIDATION_FAILED', 'The token must have 1 to 500 letters, digits or signs, and no spaces.')
  }
  return token
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new AppError('VALIDATION_FAILED', `Cannot read a token from ${file}; check --token-file.`, { cause })
  }
}
