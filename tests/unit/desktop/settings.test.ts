import { expect, test } from 'vitest'
import { Settings } from '../../../src/shared/models/index.ts'
import { mergeSettings, parseSettings } from '../../../src/shared/models/settings-values.ts'

const defaults = Settings.parse({})

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
