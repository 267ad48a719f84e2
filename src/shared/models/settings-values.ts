import { Settings, type SettingsPatch } from './settings.ts'

/** Reads settings from what a file held. Each value that does not parse falls back to its own default. Never throws. */
export function parseSettings(raw: unknown): Settings {
  let candidate = isGroup(raw) ? raw : {}
  for (;;) {
    const parsed = Settings.safeParse(candidate)
    if (parsed.success) return parsed.data
    // Every round drops at least one value, so this ends, at the latest with nothing left but defaults.
    candidate = parsed.error.issues.reduce<Record<string, unknown>>(
      (value, issue) => (without(value, issue.path) ?? {}) as Record<string, unknown>,
      candidate,
    )
  }
}

/** Lays a change over settings: groups are merged, lists and single values replaced. */
export function mergeSettings(settings: Settings, patch: SettingsPatch): Settings {
  const given = Object.entries(patch).filter(([, value]) => value !== undefined)
  const merged = given.map(([name, value]) => {
    const old = settings[name as keyof Settings]
    return [name, isGroup(old) ? { ...old, ...(value as object) } : value]
  })
  return { ...settings, ...Object.fromEntries(merged) }
}

const isGroup = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A copy without the value at `path`; undefined when that is the whole, or lies inside a list. */
function without(value: unknown, [name, ...rest]: readonly PropertyKey[]): unknown {
  if (name === undefined || !isGroup(value)) return undefined
  const inner = rest.length === 0 ? undefined : without(value[String(name)], rest)
  const others = Object.entries(value).filter(([key]) => key !== name)
  return Object.fromEntries(inner === undefined ? others : [...others, [name, inner]])
}
