import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { opencodeConfig, startScriptedModel } from '../../../src/main/demo/scripted-model.ts'
import { openScene, script, startTurn } from '../../support/opencode.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'

failOnLeftovers()

/** A person's home with an OpenCode configuration in it, and nothing that would be fetched from a network. */
function makeHome(config: object): { home: string; environment: Record<string, string> } {
  const home = tempFolder('home')
  const folder = join(home, '.config', 'opencode')
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  const dependencies = { '@opencode-ai/plugin': '1.18.33' }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ dependencies }))
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages: { '': { dependencies } } }))
  writeFileSync(join(folder, 'opencode.json'), JSON.stringify(config))
  writeFileSync(join(home, 'models.json'), '{}')
  const folders = {
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, 'data'),
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_STATE_HOME: join(home, 'state'),
  }
  const offline = {
    OPENCODE_MODELS_PATH: join(home, 'models.json'),
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
  }
  return { home, environment: { HOME: home, ...folders, ...offline } }
}

test('a person’s own providers, models, plugins and the keys of their environment are used', async () => {
  const model = await startScriptedModel()
  onTestFinished(() => model.close())
  const { home, environment } = makeHome({
    ...opencodeConfig(model.url),
    provider: {
      own: {
        npm: '@ai-sdk/openai-compatible',
        name: 'Own',
        options: { baseURL: model.url, apiKey: '{env:OWN_SECRET}', headerTimeout: 77_000 },
        models: { fine: { name: 'Fine', tool_call: true, limit: { context: 100_000, output: 10_000 } } },
      },
    },
    enabled_providers: ['own'],
    model: 'own/fine',
  })
  const plugins = join(home, '.config', 'opencode', 'plugin')
  mkdirSync(plugins)
  writeFileSync(
    join(plugins, 'own.js'),
    `export const Own = async () => ({ 'shell.env': async (_input, output) => { output.env.OWN_PLUGIN = 'at work' } })`,
  )
  const scene = await openScene({ isolated: false, environment: { ...environment, OWN_SECRET: 'the-key-of-a-person' }, config: null })
  onTestFinished(() => scene.close())
  const repo = scene.repository('repo')

  const command = { name: 'bash', args: { command: 'env > seen.env; echo $HOME', description: 'look' } }
  const turn = startTurn(scene, { directory: repo, prompt: script([{ tools: [command] }, { text: 'my own' }]) })
  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'my own' })
  expect(await scene.agents.models()).toEqual({ models: [{ id: 'own/fine', provider: 'Own', name: 'Fine' }], defaultModel: 'own/fine' })
  expect(model.requests.at(-1)!.headers.authorization).toBe('Bearer the-key-of-a-person')
  expect(turn.data('tool')).toMatchObject([{ output: `${home}\n` }])
  const seen = readFileSync(join(repo, 'seen.env'), 'utf8')
  expect(seen).toContain('OWN_PLUGIN=at work')
  expect(seen).not.toContain('the-key-of-a-person')
  expect(seen).toContain(`RUN_ATTEMPT_ID=${turn.turn.attemptId}`)
  expect(turn.events.filter(({ level }) => level === 'warn')).toEqual([])
})

test('a project’s own configuration is used, or not, as the settings say', async () => {
  for (const projectConfig of [true, false]) {
    const model = await startScriptedModel()
    const { environment } = makeHome(opencodeConfig(model.url))
    const scene = await openScene({ isolated: false, environment, settings: { projectConfig }, config: null })
    const repo = scene.repository('repo')
    writeFileSync(
      join(repo, 'opencode.json'),
      JSON.stringify({ $schema: 'https://opencode.ai/config.json', permission: { webfetch: 'deny' } }),
    )
    const turn = startTurn(scene, { directory: repo, prompt: 'hello' })
    expect(await turn.ending).toMatchObject({ kind: 'done', text: 'ok' })
    const offered = (model.requests.find(({ body }) => body.tools?.length)!.body.tools as { function: { name: string } }[]).map(
      (tool) => tool.function.name,
    )
    expect(offered.includes('webfetch')).toBe(!projectConfig)
    await scene.close()
    await model.close()
  }
})

test('who signed in is known to the agents, and their provider has the time limit of the settings', async () => {
  const model = await startScriptedModel()
  onTestFinished(() => model.close())
  const { home, environment } = makeHome({ model: 'acme/large' })
  const large = {
    id: 'large',
    name: 'Large',
    release_date: '2026-01-01',
    attachment: false,
    reasoning: false,
    temperature: true,
    tool_call: true,
    limit: { context: 100_000, output: 10_000 },
  }
  const acme = { id: 'acme', name: 'Acme', env: ['ACME_API_KEY'], npm: '@ai-sdk/openai-compatible', api: model.url, models: { large } }
  writeFileSync(join(home, 'models.json'), JSON.stringify({ acme }))
  mkdirSync(join(home, 'data', 'opencode'), { recursive: true })
  writeFileSync(
    join(home, 'data', 'opencode', 'auth.json'),
    JSON.stringify({ acme: { type: 'api', key: 'key-of-the-login' }, gone: { type: 'api', key: 'x' } }),
  )
  const scene = await openScene({ isolated: false, environment, settings: { providerTimeoutMs: 1_000 }, config: null })
  onTestFinished(() => scene.close())

  const turn = startTurn(scene, { directory: scene.repository('repo'), prompt: script([{ hang: 'headers' }]) })
  await turn.until(() => turn.data('provider.retry').length === 1)
  expect(turn.data('provider.retry')[0]!.message).toContain('timed out after 1000ms')
  expect(model.requests.at(-1)!.headers.authorization).toBe('Bearer key-of-the-login')
  expect((await scene.agents.models()).models.map(({ id }) => id)).toEqual(['acme/large'])
  turn.abort()
  expect(await turn.ending).toMatchObject({ kind: 'aborted' })
})
