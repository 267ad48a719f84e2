import { expect, test } from 'vitest'
import { mergeSettings, parseSettings } from '../../../src/main/desktop/settings-values.ts'
import { Settings } from '../../../src/shared/models/index.ts'

const defaults = Settings.parse({})

test('anything that is no settings at all gives the defaults', () => {
  for (const raw of [undefined, null, 'x', [], {}]) expect(parseSettings(raw)).toEqual(defaults)
})

test('a value that does not parse falls back to its default and the others are kept', () => {
  const read = parseSettings({ theme: 'pink', limits: { global: 9, project: -1 }, closeToTray: false, allowedRoots: ['/a', 3] })
  expect(read).toEqual({ ...defaults, limits: { ...defaults.limits, global: 9 }, closeToTray: false })
})

test('a change leaves what it does not name', () => {
  const changed = mergeSettings(defaults, { limits: { global: 8 }, opencode: { model: null, policy: 'allow-all' } })
  expect(changed).toEqual({
    ...defaults,
    limits: { ...defaults.limits, global: 8 },
    opencode: { ...defaults.opencode, policy: 'allow-all' },
  })
})
