import { constants, existsSync, readFileSync } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join } from 'node:path'
import { AppError } from '../../shared/models/index.ts'

/**
 * Finds the OpenCode binary: the one that was set, else the one of the npm package for this platform.
 *
 * The platform package is used directly, because the launcher of `opencode-ai` is a stub until its install script has run, which many installations forbid.
 *
 * @param override  absolute path from the settings, or null
 * @throws AppError NOT_FOUND or VALIDATION_FAILED that says what to install or set
 */
export async function findBinary(override: string | null): Promise<string> {
  if (override !== null) return checkOverride(override)
  const found = bundledCandidates().find((path) => existsSync(path))
  if (found) return found
  throw new AppError(
    'NOT_FOUND',
    `OpenCode is not installed for ${process.platform}-${process.arch}. Run “npm install” again with optional packages, or set the path of your own “opencode” under Settings, OpenCode.`,
  )
}

/** Tells a file from another that lies in its place later, without reading it. @throws when there is none */
export async function fileKey(path: string): Promise<string> {
  const { dev, ino, size, mtimeMs } = await stat(path)
  return [dev, ino, size, mtimeMs].join('.')
}

async function checkOverride(path: string): Promise<string> {
  const where = 'Correct the path of the OpenCode binary under Settings, OpenCode, or clear it to use the one that came with this app.'
  if (!isAbsolute(path))
    throw new AppError('VALIDATION_FAILED', `The path of the OpenCode binary must be absolute, and “${path}” is not. ${where}`)
  const file = await stat(path).catch(() => null)
  if (!file) throw new AppError('NOT_FOUND', `There is no OpenCode binary at ${path}. ${where}`)
  const executable = await access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
  if (!file.isFile() || !executable) throw new AppError('VALIDATION_FAILED', `${path} is not an executable file. ${where}`)
  return path
}

/** Paths where a platform package would have its binary, the best fit for this machine first. */
function bundledCandidates(): string[] {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `opencode-${platform}-${process.arch}`
  const variants = [name, `${name}-baseline`, `${name}-musl`, `${name}-baseline-musl`]
  const fits = (variant: string): number =>
    (variant.includes('baseline') === lacksAvx2() ? 0 : 1) + (variant.endsWith('musl') === usesMusl() ? 0 : 2)
  const binary = process.platform === 'win32' ? 'opencode.exe' : 'opencode'
  return (
    variants
      .sort((a, b) => fits(a) - fits(b))
      .flatMap((variant) => resolvePackage(variant).map((folder) => join(folder, 'bin', binary)))
      // Inside Electron's archive nothing can be executed: the packager keeps such files beside it.
      .map((path) => path.replace(/\bapp\.asar\b(?!\.unpacked)/, 'app.asar.unpacked'))
  )
}

/** Looks from here, and from `opencode-ai` itself: a strict package layout shows it only there. */
function resolvePackage(name: string): string[] {
  const require = createRequire(import.meta.url)
  const resolvers = [require]
  try {
    resolvers.push(createRequire(require.resolve('opencode-ai/package.json')))
  } catch {
    // Only a platform package is installed.
  }
  return resolvers.flatMap((resolver) => {
    try {
      return [dirname(resolver.resolve(`${name}/package.json`))]
    } catch {
      return []
    }
  })
}

function lacksAvx2(): boolean {
  if (process.arch !== 'x64' || process.platform !== 'linux') return false
  try {
    return !/\bavx2\b/.test(readFileSync('/proc/cpuinfo', 'utf8'))
  } catch {
    return false
  }
}

function usesMusl(): boolean {
  if (process.platform !== 'linux') return false
  return existsSync(`/lib/ld-musl-${process.arch === 'x64' ? 'x86_64' : 'aarch64'}.so.1`)
}

/** Versions whose server speaks what this app understands. */
const SUPPORTED = /^1\.(1[89]|[2-9]\d|\d{3,})\./

/** @throws AppError VALIDATION_FAILED when a server of this version cannot be used */
export function checkVersion(version: string, binary: string): void {
  if (SUPPORTED.test(version)) return
  throw new AppError(
    'VALIDATION_FAILED',
    `${binary} is OpenCode ${version}, and this app needs 1.18 or a later 1.x. Update it, or clear its path under Settings, OpenCode.`,
  )
}
