import { describe, expect, it } from 'vitest'
import { Settings } from '../../../src/shared/models/index.ts'
import { parseSettings } from '../../../src/shared/models/settings-values.ts'

describe('settings from a file', () => {
  it.each([
    ['a text', 'x'],
    ['nothing', null],
    ['a list', []],
    ['a number', 7],
  ])('take their defaults when the file held %s', (_what, raw) => {
    expect(parseSettings(raw)).toEqual(Settings.parse({}))
  })

  it('lose only what does not parse', () => {
    expect(parseSettings({ theme: 'dark', limits: { global: -1, project: 3 }, allowedRoots: 'no' })).toMatchObject({
      theme: 'dark',
      limits: { global: 4, project: 3 },
      allowedRoots: [],
    })
  })
})
