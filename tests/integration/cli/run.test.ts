import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startHeadlessHost } from '../../../src/main/headless/index.ts'
import { type CommandResult, runOnCommandLine } from '../../support/command-line.ts'
import { createFakeCore, type FakeCore } from '../../support/fake-core.ts'
import { tempFolder } from '../../support/temp.ts'

interface Scene {
  readonly dataDir: string
  readonly core: FakeCore
  readonly repository: string
  run(...args: string[]): Promise<CommandResult>
  /** Stops the host; `again` starts it anew on the same data folder, as a restart does. */
  restart(): Promise<void>
}

/** A host with a fake core, and a git repository. */
async function openScene(): Promise<Scene> {
  const dataDir = tempFolder()
  const repository = join(tempFolder(), 'shop')
  mkdirSync(repository)
  execFileSync('git', ['init', '--quiet', repository])
  const core = createFakeCore()
  const start = () => startHeadlessHost({ dataDir, port: 0, pageFolder: dataDir, createCore: async () => core })
  let host = await start()
  onTestFinished(() => host.stop())
  return {
    dataDir,
    core,
    repository,
    run: (...args) => runOnCommandLine(['run', ...args, '--data-dir', dataDir]),
    async restart() {
      await host.stop()
      host = await start()
    },
  }
}

const runs = async (core: FakeCore) => (await core.runs.list({ limit: 50 })).runs

describe('controlroom run', () => {
  test('adds a repository that is not known, but trusts it only when told to', async () => {
    const { run, repository, core } = await openScene()

    const refused = await run('Add a test', '--project', repository)
    const queued = await run('Add a test', '--project', repository, '--trust', '--lane', 'C')

    expect(refused).toMatchObject({ code: 1, err: [expect.stringMatching(/you have not trusted it yet\. Add --trust/)] })
    expect(queued).toEqual({ code: 0, out: [`run run1 queued in lane C for ${repository}`], err: [] })
    expect(await core.projects.list()).toHaveLength(1)
    expect(await runs(core)).toMatchObject([{ title: 'Add a test', lane: 'C', projectId: 'project1' }])
  })

  test('finds a known project by id, name or path', async () => {
    const { run, repository, core } = await openScene()
    await core.projects.add({ path: repository, name: basename(repository) })
    await core.projects.trust('project1', true)

    for (const meant of ['project1', 'shop', repository, join(repository, '..', 'shop')]) {
      expect((await run('x', '--project', meant)).code, meant).toBe(0)
    }
  })

  test('refuses what is no project and no repository, and a name that several have', async () => {
    const { run, core, dataDir } = await openScene()
    for (const path of ['/one/twin', '/two/twin']) await core.projects.add({ path, name: 'twin' })

    expect(await run('x', '--project', 'nothing-of-that-name')).toMatchObject({
      code: 1,
      err: [expect.stringContaining('There is no project')],
    })
    expect(await run('x', '--project', dataDir)).toMatchObject({ code: 1, err: [`${dataDir} is not the root of a git repository.`] })
    expect(await run('x', '--project', 'twin')).toMatchObject({
      code: 1,
      err: [expect.stringContaining('Several projects are named twin')],
    })
  })

  test('with --wait shows what happens, across a restart of the host, and ends with the run', async () => {
    const { run, repository, core, restart } = await openScene()
    const waiting = run('Add a test', '--project', repository, '--trust', '--wait')
    await expect.poll(() => core.openStreams).toBe(1)
    core.emit('run1', 'first line')
    await restart()
    core.emit('run1', 'second line')
    await expect.poll(() => core.openStreams).toBe(1)
    core.addRun({ ...(await core.runs.get('run1')), status: 'succeeded', startedAt: 1_000, endedAt: 13_000 })
    core.emit('run1', 'last line', 'run')

    const { code, out, err } = await waiting

    expect({ code, err }).toEqual({ code: 0, err: [] })
    expect(out.slice(1)).toEqual(['first line', 'second line', '· last line', 'run run1 succeeded after 12 s'])
  })

  test('with --wait ends with 1 and the reason when the run failed', async () => {
    const { run, repository, core } = await openScene()
    const waiting = run('Add a test', '--project', repository, '--trust', '--wait')
    await expect.poll(() => core.openStreams).toBe(1)
    const failed = { status: 'failed', error: { code: 'PROVIDER_ERROR', message: 'The provider refused the key.' } } as const
    core.addRun({ ...(await core.runs.get('run1')), ...failed })
    core.emit('run1', 'It failed', 'run')

    expect(await waiting).toMatchObject({ code: 1, out: expect.arrayContaining(['run run1 failed: The provider refused the key.']) })
  })
})
