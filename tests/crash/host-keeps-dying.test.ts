import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { findMarked } from '../../src/main/platform/index.ts'
import type { Operation } from '../../src/shared/models/index.ts'
import { failOnLeftovers } from '../support/temp.ts'
import { type Host, openScene, until, untilNothingIsLeft } from './scene.ts'

failOnLeftovers()

it('a run whose host dies every time is given up as lost, and Retry starts its count anew', async () => {
  const scene = await openScene()
  const go = join(scene.folder, 'go')
  const atWork = (runId: string): Promise<void> => until(() => findMarked({ name: 'RUN_ID', value: runId }).length > 0)
  let host: Host = await scene.start()
  const { id, maxLost } = await host.create({ steps: [{ op: 'shell', params: { command: `test -e ${go} || sleep 300` } }] })

  for (let lost = 0; lost <= maxLost; lost++) {
    await atWork(id)
    expect(await host.run(id)).toMatchObject({ status: 'running', attempt: lost + 1, lost })
    const dead = host
    await dead.kill({ watchdog: lost % 2 === 1 })
    host = await scene.start()
    await until(async () => (await host.run(id)).lost === lost + 1)
    await untilNothingIsLeft(dead.instanceId)
  }

  expect(await host.run(id)).toMatchObject({
    status: 'failed',
    outcome: 'lease_lost',
    lost: maxLost + 1,
    error: { code: 'LEASE_LOST', message: expect.stringContaining('Retry') },
  })
  expect((await host.attempts(id)).map(({ outcome }) => outcome)).toEqual(Array(maxLost + 1).fill('lease_lost'))
  const operations = await host.get<{ operations: Operation[] }>('/operations')
  expect(operations.operations.find((operation) => operation.id === id)).toMatchObject({ state: 'failed', canRetry: true })

  writeFileSync(go, '')
  await host.post('/runs.retry', { runId: id })
  expect(await host.until(id, 'succeeded', 'failed')).toMatchObject({ status: 'succeeded', lost: 0, attempt: maxLost + 2 })
  expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
})
