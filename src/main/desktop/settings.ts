import { renameSync } from 'node:fs'
import { join } from 'node:path'
import Store from 'electron-store'
import { AppError, SettingsPatch } from '../../shared/models/index.ts'
import { mergeSettings, parseSettings } from '../../shared/models/settings-values.ts'
import type { SettingsPort } from '../platform/index.ts'

const NAME = 'settings'

/**
 * The settings of the desktop: JSON in the folder `cwd`, kept by electron-store.
 *
 * What does not parse falls back to its default when it is read, each value by itself, and stays in the file until the person saves. A file that
 * is no JSON at all is set aside as `settings.broken.json` at the first save.
 */
export function createSettings(cwd: string): SettingsPort {
  let store = openStore(cwd)
  let current = parseSettings(store?.store ?? {})
  return {
    get: () => current,
    update(patch: SettingsPatch) {
      const parsed = SettingsPatch.safeParse(patch)
      if (!parsed.success) throw new AppError('VALIDATION_FAILED', `These settings cannot be saved: ${parsed.error.issues[0]?.message}.`)
      const next = mergeSettings(current, parsed.data)
      if (!store) {
        renameSync(join(cwd, `${NAME}.json`), join(cwd, `${NAME}.broken.json`))
        store = openStore(cwd)
      }
      store?.set(next)
      current = next
      return next
    },
  }
}

/** Null when the file is there and cannot be read as JSON. */
function openStore(cwd: string): Store<Record<string, unknown>> | null {
  try {
    return new Store<Record<string, unknown>>({ name: NAME, cwd })
  } catch {
    return null
  }
}
