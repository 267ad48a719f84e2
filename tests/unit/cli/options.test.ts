import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { chooseToken, defaultDataDir } from '../../../src/main/cli/options.ts'
import { tempFolder } from '../../support/temp.ts'

describe('the data folder when none is given', () => {
  test.each([
    ['linux', {}, '/home/ada/.local/share/ops-control-room'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/data/ops-control-room'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/home/ada/.local/share/ops-control-room'],
    ['darwin', {}, '/home/ada/Library/Application Support/ops-control-room'],
    ['win32', { APPDATA: '/home/ada/roaming' }, '/home/ada/roaming/ops-control-room'],
    ['win32', {}, '/home/ada/AppData/Roaming/ops-control-room'],
  ] as const)('on %s with %o is %s', (platform, env, folder) => {
    expect(defaultDataDir(env, platform, '/home/ada')).toBe(folder)
  })

  test('is the one of CONTROLROOM_DATA_DIR on every platform', () => {
    for (const platform of ['linux', 'darwin', 'win32'] as const) {
      expect(defaultDataDir({ CONTROLROOM_DATA_DIR: '/srv/room', XDG_DATA_HOME: '/data' }, platform, '/home/ada')).toBe('/srv/room')
    }
  })
})

describe('the access token', () => {
  test('comes from the file before the option, and from the option before the environment', () => {
    const file = join(tempFolder(), 'token')
    writeFileSync(file, 'token-of-the-file\n')
    const env = { CONTROLROOM_TOKEN: 'token-of-the-environment' }

    expect(chooseToken({ tokenFile: file, token: 'token-of-the-option' }, env)).toBe('token-of-the-file')
    expect(chooseToken({ token: 'token-of-the-option' }, env)).toBe('token-of-the-option')
    expect(chooseToken({}, env)).toBe('token-of-the-environment')
    expect(chooseToken({}, { CONTROLROOM_TOKEN: '' })).toBeUndefined()
  })

  test.each(['with a space in it', 'ünïcödéd-töken'])('may not be "%s"', (token) => {
    expect(() => chooseToken({ token }, {})).toThrowError(/The token must have/)
  })

  test('of a file that is not there is a refusal that names the file', () => {
    expect(() => chooseToken({ tokenFile: '/nowhere/token' }, {})).toThrowError(/\/nowhere\/token/)
  })
})
