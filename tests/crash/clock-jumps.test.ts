import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { failOnLeftovers } from '../support/temp.ts'
import { openScene, until } from './scene.ts'

failOnLeftovers()

const HOUR_MS = 3_600_000
const PROMPT = 'Wait for the provider.'
/** A host renews its leases at least this often. */
const ROUND_MS = 20_000

it('a machine that slept for hours loses no run: leases are renewed, silent sessions are not given up, and nothing is swept', async () => {
  const scene = await openScene()
  const ahead = join(scene.folder, 'ahead')
  const host = await scene.start({
    node: ['--import', join(import.meta.dirname, 'shift-clock.ts')],
    env: { CLOCK_AHEAD_MS: String(3 * HOUR_MS), CLOCK_AHEAD_WHILE: ahead },
  })
  const project = await scene.project(host)
  const go = join(scene.folder, 'go')
  scene.prompts[PROMPT] = { steps: [{ hang: 'headers' }] }
  const timeouts = { warningMs: 10 * HOUR_MS, hardMs: 10 * HOUR_MS }
  const agent = await host.create({
    steps: [{ op: 'agent', params: { prompt: PROMPT, model: 'fake/fake', policy: 'allow-all' }, timeouts }],
    projectId: project.id,
  })
  const shell = await host.create({ steps: [{ op: 'shell', params: { command: `until test -e ${go}; do sleep 0.2; done` }, timeouts }] })
  await until(() => scene.model.requests.some(({ scenario, outcome }) => scenario === PROMPT && outcome === 'open'))
  await until(async () => (await host.run(shell.id)).status === 'running')

  writeFileSync(ahead, '')
  const jumpedTo = Date.now() + 3 * HOUR_MS
  // Two rounds of heartbeats: by then sweeps and looks at the silent session have come round as well.
  const renewed = (since: number) => async () =>
    (await Promise.all([agent, shell].map(({ id }) => host.run(id)))).every(({ heartbeatAt }) => heartbeatAt! > since)
  await until(renewed(jumpedTo), ROUND_MS)
  await until(renewed(jumpedTo + ROUND_MS), 2 * ROUND_MS)
  for (const { id } of [agent, shell]) expect(await host.run(id)).toMatchObject({ status: 'running', attempt: 1, lost: 0 })

  // And the clock is set right again.
  rmSync(ahead)
  scene.prompts[PROMPT] = { steps: [{ text: 'done' }] }
  writeFileSync(go, '')
  expect(await host.until(shell.id, 'succeeded', 'failed', 'queued')).toMatchObject({ status: 'succeeded', attempt: 1, lost: 0 })
  expect(await host.run(agent.id)).toMatchObject({ status: 'running', attempt: 1, lost: 0 })
  await host.post('/runs.cancel', { runId: agent.id })
  await host.until(agent.id, 'cancelled')
  expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
})
