import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { beforeHello, makeBuild } from '../support/fleet.ts'
import { failOnLeftovers } from '../support/temp.ts'
import { until, untilNothingIsLeft } from './scene.ts'
import { askForSwitch, openFleetScene, theRun } from './worker-switches.ts'

failOnLeftovers()

describe('a host that dies while a worker is switched', () => {
  it('right after that is stored has the next one say that the old build came back, for the command was never sent', async () => {
    const { scene, first, next } = await openFleetScene('after')
    await askForSwitch(first, { to: makeBuild(scene.folder, '1.1.0') })
    await first.exited
    await untilNothingIsLeft(first.instanceId)
    const second = await next()
    const { id } = await theRun(second)
    expect(await second.until(id, 'succeeded', 'failed')).toMatchObject({ outcome: 'stale_binary', attempt: 1, lost: 0 })
    await second.signal('SIGTERM')
  })

  it('after the command was sent has the next one judge who came back', async () => {
    const { scene, first, next } = await openFleetScene()
    const reached = join(scene.folder, 'reached')
    const slow = beforeHello(
      `process.getBuiltinModule('fs').writeFileSync('${reached}', '')\nawait new Promise((later) => setTimeout(later, 60_000))`,
    )
    await askForSwitch(first, { to: makeBuild(scene.folder, '1.1.0', slow) })
    await until(() => existsSync(reached))
    await first.kill()
    await untilNothingIsLeft(first.instanceId)
    const second = await next()
    const { id } = await theRun(second)
    expect(await second.until(id, 'succeeded', 'failed')).toMatchObject({ outcome: 'stale_binary', attempt: 1, lost: 0 })
    await second.signal('SIGTERM')
  })

  it('and stays away past the deadline has the next one say that it was too late', async () => {
    const { scene, first, next } = await openFleetScene('after')
    await askForSwitch(first, { to: makeBuild(scene.folder, '1.1.0'), deadlineMs: 100 })
    await first.exited
    await untilNothingIsLeft(first.instanceId)
    const second = await next()
    const { id } = await theRun(second)
    expect(await second.until(id, 'succeeded', 'failed')).toMatchObject({ outcome: 'timed_out', attempt: 1 })
    await second.signal('SIGTERM')
  })
})
