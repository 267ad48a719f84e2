import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { findMarked } from '../../src/main/platform/index.ts'
import type { Operation, Run } from '../../src/shared/models/index.ts'
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

it('a run that was being cancelled when its host died is cancelled, and never comes back', async () => {
  const scene = await openScene()
  const first = await scene.start()
  // Deaf to SIGTERM: its cancellation takes seconds.
  const { id } = await first.create({ steps: [{ op: 'shell', params: { command: `trap '' TERM; sleep 300; sleep 301` } }] })
  await until(() => findMarked({ name: 'RUN_ID', value: id }).length > 1)
  expect((await first.post<Run>('/runs.cancel', { runId: id, reason: 'not needed' })).status).toBe('cancelling')
  await first.kill({ watchdog: true })

  const second = await scene.start()
  expect(await second.until(id, 'cancelled', 'succeeded', 'failed')).toMatchObject({
    status: 'cancelled',
    outcome: 'cancelled',
    error: null,
    attempt: 1,
  })
  await untilNothingIsLeft(first.instanceId, 1_000)
  expect(await second.signal('SIGTERM')).toMatchObject({ code: 0 })
})
