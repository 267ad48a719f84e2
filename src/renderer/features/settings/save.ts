import type { SettingsPatch, SettingsRow } from '../../../shared/models/index.ts'
import { toast, updateSettings, useLive } from '../../stores/index.ts'

/**
 * Saves a change at once, and offers to take it back.
 *
 * @param name  what was changed, as its label says
 * @param undo  makes the change that restores the value of before
 */
export async function saveSetting(name: string, patch: SettingsPatch, undo: (before: SettingsRow) => SettingsPatch): Promise<boolean> {
  const before = useLive.getState().settings.get('settings')
  const saved = await updateSettings(patch)
  if (saved && before) {
    const back = undo(before)
    toast({ tone: 'ok', title: `Saved: ${name}`, action: { label: 'Undo', onPress: () => void updateSettings(back) } })
  }
  return saved !== null
}
