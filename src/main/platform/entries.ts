/** Programs that run in a thread or process of their own, and their sources relative to this file. */
const SOURCES = {
  'store-thread': '../store/sqlite/thread.ts',
  'heartbeat-thread': '../workers/heartbeat-thread.ts',
  'fleet-worker': '../workers/worker-process.ts',
  watchdog: './watchdog.ts',
} as const

export type EntryName = keyof typeof SOURCES

/** Finds a program's file from the place of the module that asks: see `entryPath`. */
export function resolveEntry(name: EntryName, moduleUrl: string): URL {
  const source = SOURCES[name]
  if (moduleUrl.endsWith('.ts')) return new URL(source, moduleUrl)
  // The bundler puts code that entries share into out/main/chunks, so this module may lie one folder lower than the entries.
  const folder = new URL('.', moduleUrl)
  const main = folder.pathname.endsWith('/chunks/') ? new URL('..', folder) : folder
  return new URL(`${name}.js`, main)
}

/**
 * Finds the file of a program that runs in a thread or process of its own.
 *
 * From source it is the `.ts` file (Node strips the types); in a build it is `out/main/<name>.js`, as `electron.vite.config.ts` names the entries.
 */
export const entryPath = (name: EntryName): URL => resolveEntry(name, import.meta.url)
