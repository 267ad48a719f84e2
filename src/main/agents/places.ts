import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import writeFileAtomic from 'write-file-atomic'
import { AppError } from '../../shared/models/index.ts'

/** Where things of the OpenCode server lie, all under `<dataDir>/opencode`. */
export interface ServerPlaces {
  readonly root: string
  /** The record of the running server, for whoever has to clean up after a crash. */
  readonly record: string
  /** One file for each directory with a turn under way; the plugin reads them. */
  readonly turns: string
  /** Configuration that the plugin adds to each directory at its first use. */
  readonly extraConfig: string
  /** The server's working folder: no repository, nobody's home. */
  readonly work: string
  /** Home of an isolated server. */
  readonly home: string
  /** An empty model catalogue, for an isolated server. */
  readonly models: string
  /** Temporary files of this one server. */
  readonly tmp: string
}

export function serverPlaces(root: string, serverId: string): ServerPlaces {
  return {
    root,
    record: join(root, 'server.json'),
    turns: join(root, 'turns'),
    extraConfig: join(root, 'config.json'),
    work: join(root, 'work'),
    home: join(root, 'home'),
    models: join(root, 'models.json'),
    tmp: join(root, `tmp-${serverId}`),
  }
}

/**
 * Makes the folders and files that a server needs, and copies the plugin into the data folder: the server can read neither an application archive nor a
 * file that an update has just replaced.
 *
 * @returns the plugin's URL
 */
export async function preparePlaces(places: ServerPlaces, isolated: boolean): Promise<string> {
  // What an earlier server's plugin saw means nothing to this one.
  await rm(places.turns, { recursive: true, force: true })
  for (const folder of [places.turns, places.work, places.tmp]) await mkdir(folder, { recursive: true, mode: 0o700 })
  if (isolated) await prepareHome(places)
  const plugin = join(places.root, 'controlroom.js')
  await writeFile(plugin, await readPlugin())
  return pathToFileURL(plugin).href
}

/** OpenCode installs a package into each configuration folder unless it is there already. These three files look like it. */
async function prepareHome({ home, models }: ServerPlaces): Promise<void> {
  const config = join(home, 'config', 'opencode')
  for (const folder of ['data', 'cache', 'state']) await mkdir(join(home, folder), { recursive: true })
  await mkdir(join(config, 'node_modules'), { recursive: true })
  const dependencies = { '@opencode-ai/plugin': '1.18.33' }
  await writeFile(join(config, 'package.json'), JSON.stringify({ dependencies }))
  await writeFile(join(config, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages: { '': { dependencies } } }))
  await writeFile(models, '{}')
}

/** Reads the plugin from the `resources` folder above this file, wherever the build has put this file. */
async function readPlugin(): Promise<string> {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const source = await readFile(join(folder, 'resources', 'opencode-plugin', 'controlroom.js'), 'utf8').catch(() => null)
    if (source !== null) return source
    if (dirname(folder) === folder) break
  }
  throw new AppError('INTERNAL', 'resources/opencode-plugin/controlroom.js is missing from this installation. Install the app again.')
}

/** Stores what the plugin adds to the configuration of a directory. Written only when it changed. */
export async function writeExtraConfig(file: string, config: object | null): Promise<void> {
  const text = JSON.stringify(config ?? {})
  const known = await readFile(file, 'utf8').catch(() => null)
  if (known !== text) await writeFileAtomic(file, text, { mode: 0o600 })
}
