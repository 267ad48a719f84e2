import { Settings, type SettingsPatch } from '../../shared/models/index.ts'

/** Reads settings from what a file holds. A value that does not parse falls back to its default; the others are kept. Never throws. */
export function parseSettings(raw: unknown): Settings {
  let candidate: unknown = structuredClone(raw)
  for (;;) {
    const parsed = Settings.safeParse(candidate)
    if (parsed.success) return parsed.data
    // Each round takes at least one value out, so this ends, at the latest with all defaults.
    for (const { path } of parsed.error.issues) candidate = path.length === 0 ? {} : without(candidate, path)
  }
}

/** The settings with a change laid over them: groups are merged, values and lists replaced. */
export function mergeSettings(settings: Settings, patch: SettingsPatch): Settings {
  return {
    theme: patch.theme ?? settings.theme,
    limits: { ...settings.limits, ...patch.limits },
    cleanup: { ...settings.cleanup, ...patch.cleanup },
    opencode: { ...settings.opencode, ...patch.opencode },
    allowedRoots: patch.allowedRoots ?? settings.allowedRoots,
    closeToTray: patch.closeToTray ?? settings.closeToTray,
  }
}

/** A copy without the value at `path`; for an entry of a list, without the whole list. */
function without(value: unknown, path: readonly PropertyKey[]): unknown {
  const [head, ...rest] = path
  if (typeof value !== 'object' || value === null || Array.isArray(value) || head === undefined) return undefined
  const { [String(head)]: inner, ...others } = value as Record<string, unknown>
  const kept = rest.length === 0 ? undefined : without(inner, rest)
  return kept === undefined ? others : { ...others, [String(head)]: kept }
}
