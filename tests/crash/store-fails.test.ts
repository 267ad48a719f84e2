import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findMarked } from '../../src/main/platform/index.ts'
import type { RunSummary, WorkerStatus } from '../../src/shared/models/index.ts'
import { failOnLeftovers } from '../support/temp.ts'
import { ApiError, openScene, until, untilNothingIsLeft } from './scene.ts'

failOnLeftovers()

const LINES = 40

describe.each([
  ['the disk is full', 'STORE_FULL_WHILE', /disk is full.*Free some space/],
  ['the database is read-only', 'STORE_READ_ONLY_WHILE', /read-only.*Check the permissions/],
] as const)('while a run is at work %s', (_, variable, sentence) => {
  it('the run waits and loses nothing, the host says what is wrong, and all goes on once it is mended', async () => {
    const scene = await openScene()
    const trouble = join(scene.folder, 'trouble')
    const host = await scene.start({ node: ['--import', join(import.meta.dirname, 'full-store.ts')], env: { [variable]: trouble } })
    // Long lines, so that the database has to grow; then it waits until the trouble has begun and is over.
    const line = 'x'.repeat(2_000)
    const seen = join(scene.folder, 'seen')
    const command = `for i in $(seq ${LINES}); do echo "$i ${line}"; sleep 0.1; test $i != 10 || touch ${seen}; done`
    const { id } = await host.create({ steps: [{ op: 'shell', params: { command } }] })
    await until(async () => (await host.events(id)).some(({ kind }) => kind === 'log'))

    writeFileSync(trouble, '')
    await until(async () => (await host.status()).state === 'degraded')
    const refused = await host
      .create({ steps: [{ op: 'shell', params: { command: 'true' } }], title: 'x'.repeat(500), params: { filler: 'y'.repeat(100_000) } })
      .catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(ApiError)
    expect(refused).toMatchObject({ status: 503, code: 'STORE_UNAVAILABLE', message: expect.stringMatching(sentence) })
    // What is stored can still be read.
    expect((await host.run(id)).status).toBe('running')

    rmSync(trouble)
    expect(await host.until(id, 'succeeded', 'failed')).toMatchObject({ status: 'succeeded', attempt: 1, lost: 0, error: null })
    await until(async () => (await host.status()).state === 'ready')
    const events = await host.events(id)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((__, index) => index + 1))
    const log = events.filter(({ kind }) => kind === 'log').flatMap(({ message }) => message.split('\n'))
    expect(log).toEqual(Array.from({ length: LINES }, (__, index) => `${index + 1} ${line}`))
    expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
  })
})

it('a store whose thread breaks again and again: the host says so, starts it anew, and the run goes on with nothing lost', async () => {
  const scene = await openScene()
  const breaks = join(scene.folder, 'breaks')
  const host = await scene.start({ node: ['--import', join(import.meta.dirname, 'full-store.ts')], env: { STORE_BREAKS_WHILE: breaks } })
  const go = join(scene.folder, 'go')
  const { id } = await host.create({ steps: [{ op: 'shell', params: { command: `until test -e ${go}; do sleep 0.1; done` } }] })
  await until(() => findMarked({ name: 'RUN_ID', value: id }).length > 0)

  writeFileSync(breaks, '')
  await until(async () => (await host.status()).state === 'degraded')
  expect(await host.status()).toMatchObject({ problem: expect.stringContaining('started again') })

  rmSync(breaks)
  await until(async () => (await host.status()).state === 'ready')
  writeFileSync(go, '')
  expect(await host.until(id, 'succeeded', 'failed')).toMatchObject({ status: 'succeeded', attempt: 1, lost: 0 })
  expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
  await untilNothingIsLeft(host.instanceId)
})

it('a store whose writer dies at its commits: every run that was confirmed is there once and runs once, and none that was refused', async () => {
  const scene = await openScene()
  const die = join(scene.folder, 'die')
  const program = join(import.meta.dirname, '../integration/store/programs/thread-dies.ts')
  const host = await scene.start({ node: ['--import', program], env: { DIE_FILE: die } })
  const done = join(scene.folder, 'done')
  const create = (n: number) => host.create({ title: `run ${n}`, steps: [{ op: 'shell', params: { command: `echo ${n} >> ${done}` } }] })
  const confirmed: string[] = []
  for (const [n, when] of (['after', 'before', 'after', 'after'] as const).entries()) {
    writeFileSync(die, `writer ${when}`)
    // No caller has a key by which its run could be known again.
    const answers = await Promise.allSettled([0, 1, 2].map((k) => create(n * 3 + k)))
    await until(() => !existsSync(die))
    for (const answer of answers) {
      if (answer.status === 'fulfilled') confirmed.push(answer.value.id)
      else expect(answer.reason).toMatchObject({ status: 503, code: 'STORE_UNAVAILABLE' })
    }
    await until(async () =>
      (await host.get<{ workers: WorkerStatus[] }>('/workers')).workers.some(
        (row) => row.name === 'Store' && row.restarts === n + 1 && row.state === 'running',
      ),
    )
  }
  const { runs } = await host.get<{ runs: RunSummary[] }>('/runs')
  expect(runs.map(({ id }) => id).sort()).toEqual([...confirmed].sort())
  expect(confirmed.length).toBeGreaterThan(0)
  for (const id of confirmed)
    expect(await host.until(id, 'succeeded', 'failed')).toMatchObject({ status: 'succeeded', attempt: 1, lost: 0 })
  expect(readFileSync(done, 'utf8').trim().split('\n')).toHaveLength(confirmed.length)
  expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
  await untilNothingIsLeft(host.instanceId)
})
