import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { checkModel, checkOpenCode } from '../../../src/main/cli/doctor/agents.ts'
import { formatFinding, isAtLeast } from '../../../src/main/cli/doctor/finding.ts'
import { checkDataDir, checkGit, checkNode, checkPage, checkPort } from '../../../src/main/cli/doctor/machine.ts'
import { parseSettings } from '../../../src/shared/models/settings-values.ts'
import { tempFolder } from '../../support/temp.ts'

const noModel = parseSettings({})

describe('doctor', () => {
  test('compares versions by number', () => {
    expect(isAtLeast('2.39.5', '2.36')).toBe(true)
    expect(isAtLeast('22.13.0', '22.13')).toBe(true)
    expect(isAtLeast('22.9.0', '22.13')).toBe(false)
    expect(isAtLeast('3', '2.36')).toBe(true)
  })

  test('accepts this Node and this git, and refuses an old Node', async () => {
    expect(checkNode(process.versions.node).level).toBe('ok')
    expect((await checkGit()).level).toBe('ok')
    expect(checkNode('20.19.0')).toMatchObject({ level: 'fail', mend: expect.stringContaining('22.13') })
  })

  test('finds a data folder that cannot be made', () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'file'), '')

    expect(checkDataDir(join(folder, 'new')).level).toBe('ok')
    expect(checkDataDir(join(folder, 'file/inside'))).toMatchObject({ level: 'fail', mend: expect.stringContaining('--data-dir') })
  })

  test('warns of a port that is taken', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }

    expect(await checkPort(port, tempFolder())).toMatchObject({ level: 'warn', text: `port ${port} is in use` })
  })

  test('says how to build the screens when they are missing', () => {
    expect(checkPage(tempFolder())).toMatchObject({ level: 'fail', mend: expect.stringContaining('npm run build') })
  })

  test('finds the OpenCode binary and its version, and one that does not start', async () => {
    const broken = join(tempFolder(), 'opencode')
    writeFileSync(broken, '#!/bin/sh\necho "no such library" >&2\nexit 3\n')
    chmodSync(broken, 0o755)

    expect(await checkOpenCode(noModel)).toMatchObject({ level: 'ok', text: expect.stringMatching(/^OpenCode 1\./) })
    expect(await checkOpenCode(parseSettings({ opencode: { binary: broken } }))).toMatchObject({
      level: 'fail',
      text: `OpenCode at ${broken} does not start: no such library`,
    })
    expect((await checkOpenCode(parseSettings({ opencode: { binary: '/nowhere/opencode' } }))).level).toBe('fail')
  })

  test('knows a model from the settings, the configuration of OpenCode, its accounts and keys, and warns without any', () => {
    const home = tempFolder()
    const write = (path: string, text: string): void => {
      mkdirSync(join(home, path, '..'), { recursive: true })
      writeFileSync(join(home, path), text)
    }

    expect(checkModel(noModel, {}, home)).toMatchObject({ level: 'warn', mend: expect.stringContaining('controlroom demo') })
    expect(checkModel(noModel, { ANTHROPIC_API_KEY: 'k' }, home).text).toBe('OpenCode chooses a model for ANTHROPIC_API_KEY')
    write('.local/share/opencode/auth.json', '{"anthropic": {"type": "oauth"}}')
    expect(checkModel(noModel, {}, home).text).toContain('signed in with anthropic')
    write('.config/opencode/opencode.jsonc', '{\n  // mine\n  "model": "local/tiny"\n}')
    expect(checkModel(noModel, {}, home).text).toBe("model local/tiny, from OpenCode's configuration")
    expect(checkModel(parseSettings({ opencode: { model: 'a/b' } }), {}, home).text).toBe('model a/b')
  })

  test('prints a finding with what mends it below', () => {
    expect(formatFinding({ level: 'warn', text: 'port 1 is in use', mend: 'Choose another.' })).toBe(
      'warn  port 1 is in use\n      Choose another.',
    )
    expect(formatFinding({ level: 'ok', text: 'git 2.40' })).toBe('ok    git 2.40')
  })
})
