import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { expect, onTestFinished, test, vi } from 'vitest'
import { silentLogger } from '../../../src/main/platform/index.ts'
import { createSupervisor } from '../../../src/main/supervision/index.ts'
import { createHeartbeats } from '../../../src/main/workers/index.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const LEASE = { runId: 'run1', attemptId: 'attempt1', leaseToken: 'token1' }

/** Heartbeats under a supervisor, with the writer's ends of their lines. `beats` counts what each was asked. */
function setUp() {
  const clock = createManualClock(Date.now())
  const lines: { port: MessagePort; beats: string[] }[] = []
  const fault = { down: false }
  const connect = (): MessagePort => {
    if (fault.down) throw new Error('no writer')
    const { port1, port2 } = new MessageChannel()
    const line = { port: port2, beats: [] as string[] }
    port2.on('message', (call: { id: number; args: [{ attemptId: string }] }) => {
      line.beats.push(call.args[0].attemptId)
      port2.postMessage({ replies: [{ id: call.id, ok: true, value: { leaseUntil: 0, cancelRequested: false, kill: null } }] })
    })
    lines.push(line)
    return port1
  }
  const heartbeats = createHeartbeats({ connect, leaseMs: 60_000, intervalMs: 100, clock, logger: silentLogger })
  const stopped: string[] = []
  heartbeats.onStop((attemptId, { reason }) => stopped.push(`${attemptId} ${reason}`))
  const supervisor = createSupervisor({ clock })
  supervisor.add(heartbeats, { critical: true })
  supervisor.start()
  onTestFinished(async () => {
    await supervisor.stop()
    for (const { port } of lines) port.close()
  })
  const status = () => supervisor.status('Heartbeats')
  const until = (what: () => void) => vi.waitFor(what, { timeout: 10_000, interval: 5 })
  /** Sends the thread what no writer sends: it dies of it. */
  const kill = async () => {
    await until(() => expect(lines.at(-1)!.beats.length).toBeGreaterThan(0))
    lines.at(-1)!.port.postMessage({})
    await until(() => expect(status().state).toBe('waiting'))
  }
  return { clock, heartbeats, lines, fault, stopped, supervisor, status, until, kill }
}

test('a thread that dies is started again and goes on with the leases of the one before', async () => {
  const { clock, heartbeats, lines, stopped, status, until, kill } = setUp()
  heartbeats.add(LEASE, clock.now() + 60_000)
  await kill()
  await clock.advance(status().nextTryAt! - clock.now())
  await until(() => expect(status().state).toBe('running'))
  await until(() => expect(lines.at(-1)!.beats).toContain('attempt1'))
  expect([lines.length, stopped]).toEqual([2, []])
})

test('while there is no thread, an attempt is stopped at its deadline and not before', async () => {
  const { clock, heartbeats, stopped, supervisor, kill } = setUp()
  heartbeats.add(LEASE, clock.now() + 60_000)
  await kill()
  await supervisor.stop()
  await clock.advance(40_000)
  expect(stopped).toEqual([])
  await clock.advance(20_000)
  expect(stopped).toEqual(['attempt1 lease_lost'])
})

test('another writer is asked at once; without one heartbeats wait, and nothing is lost', async () => {
  const { clock, heartbeats, lines, fault, stopped, status, until } = setUp()
  heartbeats.add(LEASE, clock.now() + 60_000)
  await until(() => expect(lines[0]!.beats.length).toBeGreaterThan(0))
  fault.down = true
  lines[0]!.port.close()
  heartbeats.reconnect()
  fault.down = false
  heartbeats.reconnect()
  await until(() => expect(lines[1]?.beats).toContain('attempt1'))
  expect([status().state, stopped]).toEqual(['running', []])
})
