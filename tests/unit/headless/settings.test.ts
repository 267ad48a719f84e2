import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openSettings } from '../../../src/main/headless/settings.ts'
import { Settings } from '../../../src/shared/models/index.ts'
import { tempFolder } from '../../support/temp.ts'

const settingsFile = (folder: string): string => join(folder, 'settings.json')
const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))

describe('settings of the headless host', () => {
  test('are all defaults without a file, and reading writes none', () => {
    const folder = tempFolder()

    expect(openSettings(folder).get()).toEqual(Settings.parse({}))
    expect(existsSync(settingsFile(folder))).toBe(false)
  })

  test('keep what was changed for the next start', () => {
    const folder = tempFolder()

    const saved = openSettings(folder).update({ limits: { global: 9 }, allowedRoots: ['/srv'] })

    expect(saved.limits).toEqual({ global: 9, project: 4, provider: 4 })
    expect(openSettings(folder).get()).toEqual(saved)
  })

  test('refuse a change that does not fit, naming the field', () => {
    const settings = openSettings(tempFolder())

    expect(() => settings.update({ limits: { global: -1 } })).toThrowError(expect.objectContaining({ code: 'VALIDATION_FAILED' }))
    expect(() => settings.update({ limits: { global: -1 } })).toThrowError(/^limits\.global: /)
    expect(settings.get().limits.global).toBe(4)
  })

  test('take a default for each value that does not parse and leave the file alone', () => {
    const folder = tempFolder()
    const raw = {
      theme: 'pink',
      limits: { global: 7, project: 'many' },
      opencode: { model: 'a/b', policy: 'never' },
      allowedRoots: ['/a', 5],
    }
    writeFileSync(settingsFile(folder), JSON.stringify(raw))

    const settings = openSettings(folder).get()

    expect(settings).toEqual(Settings.parse({ limits: { global: 7 }, opencode: { model: 'a/b' } }))
    expect(readJson(settingsFile(folder))).toEqual(raw)
  })

  test('set a file that is no JSON aside at the first save', () => {
    const folder = tempFolder()
    writeFileSync(settingsFile(folder), '{"theme": "da')
    const settings = openSettings(folder)

    expect(settings.get()).toEqual(Settings.parse({}))
    expect(readFileSync(settingsFile(folder), 'utf8')).toBe('{"theme": "da')
    settings.update({ theme: 'dark' })
    expect(readJson(settingsFile(folder))).toMatchObject({ theme: 'dark' })
    expect(readFileSync(join(folder, 'settings.broken.json'), 'utf8')).toBe('{"theme": "da')
  })

  test('keep entries of a newer version', () => {
    const folder = tempFolder()
    writeFileSync(settingsFile(folder), JSON.stringify({ sounds: 'on' }))

    openSettings(folder).update({ theme: 'dark' })

    expect(readJson(settingsFile(folder))).toMatchObject({ sounds: 'on', theme: 'dark' })
  })
})
