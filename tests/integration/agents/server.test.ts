import { spawn } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findMarked, isAlive, processIdentity } from '../../../src/main/platform/index.ts'
import { type OpencodeScene, openScene, type SceneOptions, script, startTurn } from '../../support/opencode.ts'
import { failOnLeftovers } from '../../support/temp.ts'

failOnLeftovers()

async function sceneForTest(options?: SceneOptions): Promise<OpencodeScene> {
  const scene = await openScene(options)
  onTestFinished(() => scene.close())
  return scene
}
const opencodeFiles = (scene: OpencodeScene): string[] => readdirSync(join(scene.folder, 'data', 'opencode'))

test('the server starts with the first turn, and after a stop nothing of it is left', async () => {
  const scene = await sceneForTest()
  const repo = scene.repository('repo')
  expect(scene.agents.status()).toEqual({ state: 'stopped', version: null, pid: null, error: null })
  expect(existsSync(join(scene.folder, 'data', 'opencode'))).toBe(false)

  const background = {
    name: 'bash',
    args: { command: 'nohup setsid sleep 300 >/dev/null 2>&1 & echo left behind', description: 'leave one behind' },
  }
  const turn = startTurn(scene, { directory: repo, prompt: script([{ tools: [background] }, { text: 'ok' }]) })
  expect(await turn.ending).toMatchObject({ kind: 'done' })
  expect(scene.agents.status()).toMatchObject({ state: 'ready', version: expect.stringMatching(/^1\./), error: null })
  const mark = { name: 'CONTROLROOM_INSTANCE', value: scene.instanceId }
  expect(findMarked(mark).length).toBeGreaterThanOrEqual(2)
  expect(scene.watched.size).toBe(1)

  await scene.agents.stop()
  expect(scene.agents.status()).toEqual({ state: 'stopped', version: null, pid: null, error: null })
  expect(findMarked(mark)).toEqual([])
  expect(scene.watched.size).toBe(0)
  expect(opencodeFiles(scene).filter((name) => name.startsWith('tmp-') || name === 'server.json')).toEqual([])
})

test('turns that start together share one server, and one that comes after a stop starts another', async () => {
  const scene = await sceneForTest()
  const repo = scene.repository('repo')
  const turns = [1, 2, 3].map((n) => startTurn(scene, { directory: scene.worktree(repo, `w${n}`), prompt: script([{ text: `${n}` }]) }))
  expect(await Promise.all(turns.map(({ ending }) => ending))).toMatchObject([{ text: '1' }, { text: '2' }, { text: '3' }])
  expect(scene.watched.size).toBe(1)
  const { pid } = scene.agents.status()

  await scene.agents.restart()
  const later = startTurn(scene, { directory: repo, prompt: script([{ text: 'later' }]) })
  await expect(scene.agents.restart()).rejects.toMatchObject({ code: 'CONFLICT' })
  expect(await later.ending).toMatchObject({ kind: 'done', text: 'later' })
  expect(scene.agents.status().pid).not.toBe(pid)
})

test('a restart that is forced in the middle of a turn lets the turn go on', async () => {
  const scene = await sceneForTest()
  const turn = startTurn(scene, {
    directory: scene.repository('repo'),
    prompt: script([{ text: 'cut', chunks: 100, delayMs: 100 }, { text: 'gone on' }]),
  })
  await turn.until(({ deltas }) => deltas.length > 0)
  await scene.agents.restart({ force: true })
  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'gone on' })
})

test('a stop in the middle of a turn is for good', async () => {
  const scene = await sceneForTest()
  const repo = scene.repository('repo')
  const turn = startTurn(scene, { directory: repo, prompt: script([{ text: 'cut', chunks: 100, delayMs: 100 }]) })
  await turn.until(({ deltas }) => deltas.length > 0)
  await scene.agents.stop()
  expect(await turn.ending).toMatchObject({ kind: 'failed', error: { code: 'CONFLICT', retryable: true } })
  expect(await startTurn(scene, { directory: repo, prompt: 'hello' }).ending).toMatchObject({ kind: 'failed' })
  expect(scene.agents.status()).toMatchObject({ state: 'stopped', pid: null })
})

test('a server that its host left behind is ended before the next one starts, with its commands', async () => {
  const scene = await sceneForTest()
  const repo = scene.repository('repo')
  const host = spawn(
    process.execPath,
    [join(import.meta.dirname, '../../support/agents-host.ts'), join(scene.folder, 'data'), repo, scene.model.url],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const line = await new Promise<string>((resolve) => host.stdout.once('data', (chunk) => resolve(String(chunk).split('\n')[0]!)))
  const left = processIdentity((JSON.parse(line) as { pid: number }).pid)!
  const { serverId } = JSON.parse(readFileSync(join(scene.folder, 'data', 'opencode', 'server.json'), 'utf8')) as { serverId: string }
  const mark = { name: 'CONTROLROOM_OPENCODE', value: serverId }
  await expect.poll(() => findMarked(mark).length).toBeGreaterThanOrEqual(3)
  host.kill('SIGKILL')
  await new Promise((resolve) => host.once('exit', resolve))
  expect(isAlive(left)).toBe(true)

  const turn = startTurn(scene, { directory: repo, prompt: script([{ text: 'a new day' }]) })
  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'a new day' })
  expect(isAlive(left)).toBe(false)
  expect(findMarked(mark)).toEqual([])
  expect(opencodeFiles(scene).filter((name) => name.startsWith('tmp-'))).toHaveLength(1)
})

test('a record of a process that is somebody else by now harms nobody', async () => {
  const scene = await sceneForTest()
  const repo = scene.repository('repo')
  await startTurn(scene, { directory: repo, prompt: 'hello' }).ending
  await scene.agents.stop()
  const record = join(scene.folder, 'data', 'opencode', 'server.json')
  writeFileSync(record, JSON.stringify({ pid: process.pid, startTime: 'long ago', serverId: 'nobody', tmp: scene.folder }))
  expect(await scene.agents.reapLeftovers()).toBe(false)
  writeFileSync(record, 'not json')
  expect(await scene.agents.reapLeftovers()).toBe(false)
  expect(existsSync(record)).toBe(false)
  expect(existsSync(repo)).toBe(true)
})

const failure = async (binary: string) => {
  const scene = await sceneForTest({ settings: { binary } })
  const turn = startTurn(scene, { directory: scene.repository('repo'), prompt: 'hello' })
  const ending = await turn.ending
  expect(ending.kind).toBe('failed')
  expect(scene.agents.status()).toMatchObject({ state: 'failed', error: expect.any(String) })
  return ending.kind === 'failed' ? ending.error : null
}
const executable = async (text: string): Promise<string> => {
  const { folder } = await sceneForTest()
  const file = join(folder, 'opencode')
  writeFileSync(file, text)
  chmodSync(file, 0o755)
  return file
}

test('a missing binary is named, with where to set it', async () => {
  const error = await failure('/no/such/opencode')
  expect(error).toMatchObject({ code: 'NOT_FOUND', retryable: false })
  expect(error!.message).toMatch(/There is no OpenCode binary at \/no\/such\/opencode\..*Settings/)
})

test('a binary that cannot be executed is named', async () => {
  const file = await executable('#!/bin/sh\n')
  chmodSync(file, 0o644)
  expect(await failure(file)).toMatchObject({ code: 'VALIDATION_FAILED', message: expect.stringContaining('is not an executable file') })
})

test('a binary that ends at once is told with what it said', async () => {
  const error = await failure(await executable('#!/bin/sh\necho "install me first" >&2\nexit 3\n'))
  expect(error).toMatchObject({ code: 'OPENCODE_UNAVAILABLE', retryable: true })
  expect(error!.message).toMatch(/exit code 3.*install me first/)
})

test('a binary of another version is refused', async () => {
  const server = `#!${process.execPath}
require('node:http').createServer((request, response) => response.end(JSON.stringify({ healthy: true, version: '0.9.1' })))
  .listen(0, '127.0.0.1', function () { console.log('opencode server listening on http://127.0.0.1:' + this.address().port) })
`
  const error = await failure(await executable(server))
  expect(error).toMatchObject({
    code: 'VALIDATION_FAILED',
    retryable: false,
    message: expect.stringContaining('is OpenCode 0.9.1, and this app needs 1.18'),
  })
})

test('commands of an agent see their run and none of the server’s secrets', async () => {
  const apiKey = 'a-key-that-nobody-may-see'
  const scene = await sceneForTest({
    environment: { SOME_API_KEY: 'first-secret', MY_OWN_KEY: apiKey, HARMLESS: 'stays' },
    config: {
      provider: { other: { npm: '@ai-sdk/openai-compatible', options: { apiKey, baseURL: 'http://127.0.0.1:9' }, models: { m: {} } } },
    },
  })
  const repo = scene.repository('repo')
  const inner = script([{ tools: [{ name: 'bash', args: { command: 'env > sub.env', description: 'look' } }] }, { text: 'sub' }])
  const turn = startTurn(scene, {
    directory: repo,
    prompt: script([
      { tools: [{ name: 'bash', args: { command: 'env > agent.env', description: 'look' } }] },
      { tools: [{ name: 'task', args: { description: 'look', prompt: inner, subagent_type: 'general' } }] },
      { text: 'seen' },
    ]),
  })
  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'seen' })

  for (const file of ['agent.env', 'sub.env']) {
    const env = new Map(
      readFileSync(join(repo, file), 'utf8')
        .trim()
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
    expect(env.get('RUN_ID')).toBe(turn.runId)
    expect(env.get('RUN_ATTEMPT_ID')).toBe(turn.turn.attemptId)
    expect(env.get('CONTROLROOM_INSTANCE')).toBe(scene.instanceId)
    expect(env.get('HARMLESS')).toBe('stays')
    expect(env.get('TMPDIR')).toBe(process.env.TMPDIR)
    for (const name of ['OPENCODE_SERVER_PASSWORD', 'OPENCODE_SERVER_USERNAME', 'OPENCODE_CONFIG_CONTENT', 'SOME_API_KEY', 'MY_OWN_KEY']) {
      expect([name, env.has(name)]).toEqual([name, false])
    }
  }
})

test('nothing of the host’s own secrets reaches an isolated server, nor its keys', async () => {
  process.env.CONTROLROOM_TOKEN = 'operator-token'
  process.env.ANTHROPIC_API_KEY = 'a-personal-key'
  onTestFinished(() => {
    delete process.env.CONTROLROOM_TOKEN
    delete process.env.ANTHROPIC_API_KEY
  })
  const scene = await sceneForTest()
  await startTurn(scene, { directory: scene.repository('repo'), prompt: 'hello' }).ending
  const environment = readFileSync(`/proc/${scene.agents.status().pid}/environ`, 'utf8')
  expect(environment).not.toContain('operator-token')
  expect(environment).not.toContain('a-personal-key')
  expect(environment).toContain(`HOME=${join(scene.folder, 'data', 'opencode', 'home')}`)
})

test('configuration that was added after the start is known to directories that are new', async () => {
  const added = {
    provider: { late: { npm: '@ai-sdk/openai-compatible', name: 'Late', options: { apiKey: 'none' }, models: { m: { name: 'M' } } } },
  }
  const config: { provider?: object; enabled_providers?: string[] } = {}
  const scene = await sceneForTest({ config })
  await startTurn(scene, { directory: scene.repository('repo'), prompt: 'hello' }).ending
  expect((await scene.agents.models()).models.map(({ id }) => id)).toEqual(['fake/fake'])

  Object.assign(config, { provider: { ...added.provider }, enabled_providers: ['late'], model: 'late/m' })
  expect((await scene.agents.models()).models.map(({ id }) => id)).toEqual(['late/m'])
})

test('a server that has grown too large is ended once no agent is at work', async () => {
  const scene = await sceneForTest({ memory: { soft: 1, hard: Number.POSITIVE_INFINITY } })
  const repo = scene.repository('repo')
  const turn = startTurn(scene, { directory: repo, prompt: script([{ text: 'on and on', chunks: 120, delayMs: 100 }]) })
  expect(await turn.ending).toMatchObject({ kind: 'done' })
  expect(scene.agents.status().state).toBe('ready')
  await expect.poll(() => scene.agents.status().state, { timeout: 30_000 }).toBe('stopped')
  expect(await startTurn(scene, { directory: repo, prompt: script([{ text: 'anew' }]) }).ending).toMatchObject({
    kind: 'done',
    text: 'anew',
  })
})

test('a server that has grown far too large is ended at once, and its turn goes on', async () => {
  let hard = 1
  const memory = {
    soft: Number.POSITIVE_INFINITY,
    get hard() {
      return hard
    },
  }
  const scene = await sceneForTest({ memory })
  const repo = scene.repository('repo')
  const turn = startTurn(scene, {
    directory: repo,
    prompt: script([{ text: 'on and on', chunks: 500, delayMs: 100 }, { text: 'gone on' }]),
  })
  await turn.until(({ events }) => events.some(({ kind, level }) => kind === 'session' && level === 'warn'), 40_000)
  hard = Number.POSITIVE_INFINITY
  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'gone on' })
})
