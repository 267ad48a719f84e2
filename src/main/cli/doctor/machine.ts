import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { isPageBuilt, pageFolder, readInstance } from '../../headless/index.ts'
import { run } from '../../platform/index.ts'
import { type Finding, fails, fine, isAtLeast, warn } from './finding.ts'

/** `node:sqlite` without a flag. */
const LEAST_NODE = '22.13'
/** `git worktree list -z`. */
const LEAST_GIT = '2.36'

export function checkNode(version: string): Finding {
  return isAtLeast(version, LEAST_NODE)
    ? fine(`Node ${version}`)
    : fails(`Node ${version} is too old`, `Install Node ${LEAST_NODE} or newer, or run "npm install" here: it brings its own.`)
}

export async function checkGit(): Promise<Finding> {
  const mend = `Install git ${LEAST_GIT} or newer: https://git-scm.com/downloads`
  const result = await run('git', ['--version'], { timeoutMs: 10_000 }).catch(() => null)
  const version = /\d+\.\d+(\.\d+)?/.exec(result?.stdout ?? '')?.[0]
  if (version === undefined) return fails('git is not installed', mend)
  return isAtLeast(version, LEAST_GIT) ? fine(`git ${version}`) : fails(`git ${version} is too old`, mend)
}

export function checkDataDir(dataDir: string): Finding {
  const probe = join(dataDir, `.doctor-${process.pid}`)
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    writeFileSync(probe, '')
    rmSync(probe)
    return fine(`data folder ${dataDir}`)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    return fails(
      `cannot write to the data folder ${dataDir} (${code})`,
      'Give yourself the right to write there, or choose another folder with --data-dir.',
    )
  }
}

export async function checkPort(port: number, dataDir: string): Promise<Finding> {
  const instance = readInstance(dataDir)
  if (instance !== null) return fine(`a host is running at ${instance.url}`)
  const isFree = await new Promise<boolean>((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
  return isFree
    ? fine(`port ${port} is free`)
    : warn(`port ${port} is in use`, 'Choose another one: controlroom serve --port 0 takes any that is free.')
}

export function checkPage(folder = pageFolder()): Finding {
  return isPageBuilt(folder)
    ? fine('the browser screens are built')
    : fails('the browser screens are not built', 'Run "npm run build" in the folder of Ops Control Room.')
}
