import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import Conf from 'conf'
import { AppError, SettingsPatch } from '../../shared/models/index.ts'
import { mergeSettings, parseSettings } from '../../shared/models/settings-values.ts'
import type { SettingsPort } from '../platform/index.ts'

type Stored = Record<string, unknown>

/**
 * Keeps the settings of the headless host as `<dataDir>/settings.json`.
 *
 * Read once. What does not parse takes its default and stays in the file until the next save; a file that is no JSON at all is then set aside as
 * `settings.broken.json`. Entries this version does not know are kept.
 */
export function openSettings(dataDir: string): SettingsPort {
  let file = openFile(dataDir)
  let current = parseSettings(file === null ? {} : { ...file.store })
  return {
    get: () => current,
    update(patch) {
      const { data, error } = SettingsPatch.safeParse(patch)
      if (error) {
        const issue = error.issues[0]
        throw new AppError('VALIDATION_FAILED', `${issue?.path.join('.') || 'The settings'}: ${issue?.message}.`)
      }
      const next = mergeSettings(current, data)
      if (file === null) {
        renameSync(join(dataDir, 'settings.json'), join(dataDir, 'settings.broken.json'))
        file = openFile(dataDir)
      }
      file?.set(next)
      current = next
      return next
    },
  }
}

/** Null when the file is there but is no JSON. */
function openFile(dataDir: string): Conf<Stored> | null {
  try {
    return new Conf<Stored>({ cwd: dataDir, configName: 'settings', accessPropertiesByDotNotation: false })
  } catch (error) {
    if (existsSync(join(dataDir, 'settings.json'))) return null
    throw error
  }
}
