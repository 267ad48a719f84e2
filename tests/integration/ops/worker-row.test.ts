import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { WorkerStatus } from '../../../src/shared/models/index.ts'
import { openCore } from '../../support/core.ts'
import { makeBuild, PROGRAM_NAME } from '../../support/fleet.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'

failOnLeftovers()

it('the live row of a worker process says what it runs, which start it is, and what a switch is dispatched at', async () => {
  const folder = tempFolder('row')
  const fleet = [{ id: 'w1', program: join(makeBuild(folder, '1.0.0'), PROGRAM_NAME) }]
  const core = await openCore(folder, { fleet })
  onTestFinished(async () => {
    await core.stop()
    await core.model.close()
  })
  await core.ready
  const rowOf = async (version: string): Promise<WorkerStatus> => {
    const end = new AbortController()
    for await (const message of core.live.watch(undefined, end.signal)) {
      const rows =
        message.type === 'snapshot'
          ? message.state.workers
          : message.changes.flatMap((change) => (change.collection === 'workers' && change.value ? [change.value] : []))
      const row = rows.find(({ workerId, build }) => workerId === 'w1' && build?.version === version)
      if (row) {
        end.abort()
        return row
      }
    }
    throw new Error('the live view has ended')
  }
  const before = await rowOf('1.0.0')
  const { id } = await core.create({ steps: [{ op: 'worker.switch', params: { workerId: 'w1', to: makeBuild(folder, '1.1.0') } }] })
  const after = await rowOf('1.1.0')

  expect(await core.until(id, 'succeeded', 'failed')).toMatchObject({ outcome: 'success', reconnect: { oldInstanceId: before.instanceId } })
  expect(after).toMatchObject({
    name: 'Worker w1',
    state: 'running',
    restarts: 0,
    build: { contentHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
  })
  expect(after.instanceId).not.toBe(before.instanceId)
  expect(core.workers.list()).toContainEqual(after)
})
