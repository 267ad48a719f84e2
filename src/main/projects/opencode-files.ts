import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** What OpenCode installs into every `.opencode` folder it meets. */
const OWN_PACKAGE = '@opencode-ai/plugin'

/** What it writes there beside `node_modules`. */
const OWN_FILES = new Set(['.gitignore', 'package.json', 'package-lock.json', 'bun.lock', 'bun.lockb'])

const Package = z.object({
  dependencies: z.record(z.string(), z.unknown()).default({}),
  scripts: z.record(z.string(), z.unknown()).default({}),
})

/** Whether a folder's package file is missing or none but OpenCode's own: then the files beside it that OpenCode writes are no code of the repository. */
export async function isOwnPackage(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch((): null => null)
  if (text === null) return true
  const parsed = parsePackage(text)
  return (
    parsed !== null && Object.keys(parsed.scripts).length === 0 && Object.keys(parsed.dependencies).every((name) => name === OWN_PACKAGE)
  )
}

export const isWrittenByOpenCode = (name: string): boolean => OWN_FILES.has(name)

/** Names the packages that a folder's package file has installed, without OpenCode's own. */
export async function listPackages(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch((): null => null)
  return Object.keys((text && parsePackage(text)?.dependencies) || {}).filter((name) => name !== OWN_PACKAGE)
}

function parsePackage(text: string): z.infer<typeof Package> | null {
  try {
    return Package.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}
