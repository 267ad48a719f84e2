import { Settings, type SettingsPatch } from '../../shared/models/index.ts'
import { mergeSettings } from '../../shared/models/settings-values.ts'
import type { SettingsPort } from '../platform/index.ts'

/** Settings that live as long as the demo: nobody's own are read or changed. All of its runs may work at once. */
export function demoSettings(runs: number): SettingsPort {
  const most = Math.max(runs, 4)
  let current = Settings.parse({ limits: { global: most, project: most, provider: most } })
  return {
    get: () => current,
    update(patch: SettingsPatch) {
      current = mergeSettings(current, patch)
      return current
    },
  }
}
