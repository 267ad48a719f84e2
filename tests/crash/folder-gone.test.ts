import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Project, Run, Worktree } from '../../src/shared/models/index.ts'
import { failOnLeftovers } from '../support/temp.ts'
import { type Host, openScene, type Scene, until } from './scene.ts'

failOnLeftovers()

const worktreeOf = async (host: Host, runId: string): Promise<Worktree> =>
  (await host.get<{ worktrees: Worktree[] }>('/worktrees')).worktrees.find((worktree) => worktree.runId === runId)!

/** Queues a run of these commands and waits until its last one has failed and it waits for its next try, in a lane that is paused. */
async function untilItWaits(host: Host, project: Project, ...commands: string[]): Promise<{ run: Run; path: string }> {
  const steps = commands.map((command) => ({ op: 'shell', params: { command } }))
  const { id } = await host.create({ steps, projectId: project.id, maxAttempts: 2, lane: 'C' })
  await until(async () => (await host.run(id)).status === 'scheduled')
  await host.post('/lanes.update', { lane: 'C', paused: true })
  return { run: await host.run(id), path: (await worktreeOf(host, id)).path }
}
const goOn = (host: Host): Promise<unknown> => host.post('/lanes.update', { lane: 'C', paused: false })

async function openHost(): Promise<{ scene: Scene; host: Host; project: Project; go: string }> {
  const scene = await openScene()
  const host = await scene.start()
  return { scene, host, project: await scene.project(host), go: join(scene.folder, 'go') }
}

describe('a run whose worktree was deleted while it waited', () => {
  it('fails with a sentence when what its first steps did is gone with it', async () => {
    const { host, project } = await openHost()
    const { run, path } = await untilItWaits(host, project, 'echo one > one.txt', 'false')
    rmSync(path, { recursive: true })
    await goOn(host)
    expect(await host.until(run.id, 'succeeded', 'failed')).toMatchObject({
      status: 'failed',
      error: { code: 'NOT_FOUND', message: expect.stringMatching(/worktree of this run is gone.*Queue a new run/) },
    })
    expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
  })

  it('starts over in a new one when it had done nothing yet, and from its last snapshot when there is one', async () => {
    const { host, project, go } = await openHost()
    const { run, path } = await untilItWaits(host, project, `test -e ${go} && echo done > one.txt`)
    rmSync(path, { recursive: true })
    writeFileSync(go, '')
    await goOn(host)
    expect(await host.until(run.id, 'succeeded', 'failed')).toMatchObject({ status: 'succeeded', attempt: 2 })
    const second = await worktreeOf(host, run.id)
    expect(second.path).not.toBe(path)
    expect(readFileSync(join(second.path, 'one.txt'), 'utf8')).toBe('done\n')

    // The end of the run was kept as a snapshot.
    const again = await untilItWaits(host, project, 'echo two > two.txt', `echo three > three.txt; test -e ${go}.2`)
    await goOn(host)
    await host.until(again.run.id, 'failed')
    rmSync(again.path, { recursive: true })
    writeFileSync(`${go}.2`, '')
    await host.post('/runs.retry', { runId: again.run.id })
    expect(await host.until(again.run.id, 'succeeded', 'failed')).toMatchObject({ status: 'succeeded', attempt: 3, error: null })
    const third = await worktreeOf(host, again.run.id)
    expect(['two', 'three'].map((name) => readFileSync(join(third.path, `${name}.txt`), 'utf8'))).toEqual(['two\n', 'three\n'])
    expect((await host.events(again.run.id)).map(({ message }) => message)).toContainEqual(
      expect.stringContaining('made again from the snapshot'),
    )
    expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
  })
})

it('a run whose repository was moved away fails with a sentence, and Retry works once it is back', async () => {
  const { host, project, go } = await openHost()
  const { run } = await untilItWaits(host, project, `test -e ${go}`)
  renameSync(project.path, `${project.path}.away`)
  await goOn(host)
  const failed = await host.until(run.id, 'succeeded', 'failed')
  expect(failed).toMatchObject({ status: 'failed', error: { message: expect.stringContaining(project.path) } })
  renameSync(`${project.path}.away`, project.path)
  writeFileSync(go, '')
  await host.post('/runs.retry', { runId: run.id })
  expect(await host.until(run.id, 'succeeded', 'failed')).toMatchObject({ status: 'succeeded', error: null })
  expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
})

it('a run without a project gets its folder again when that was deleted while it waited', async () => {
  const { scene, host } = await openHost()
  const { id } = await host.create({
    steps: [{ op: 'shell', params: { command: 'echo x > x.txt; test $RUN_N != 1' } }],
    maxAttempts: 2,
    lane: 'C',
  })
  await until(async () => (await host.run(id)).status === 'scheduled')
  rmSync(join(scene.dataDir, 'scratch'), { recursive: true })
  expect(await host.until(id, 'succeeded', 'failed')).toMatchObject({ attempt: 2 })
  expect(readFileSync(join(scene.dataDir, 'scratch', id, 'x.txt'), 'utf8')).toBe('x\n')
  expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
})
