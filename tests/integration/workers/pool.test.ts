import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { findMarked } from '../../../src/main/platform/index.ts'
import type { OpContext } from '../../../src/main/runs/index.ts'
import { openEngine, opOf } from '../../support/engine.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'

failOnLeftovers()

async function start(options?: Parameters<typeof openEngine>[1]) {
  const folder = tempFolder('pool')
  const engine = await openEngine(folder, options)
  onTestFinished(() => engine.close())
  engine.pool.start()
  return { ...engine, folder }
}
/** An op that waits until it is told to go on, or to stop. */
function gate() {
  const waiting: OpContext[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const op = opOf('gate', async (context) => {
    waiting.push(context)
    await Promise.race([promise, new Promise((done) => context.signal.addEventListener('abort', done, { once: true }))])
    return context.signal.aborted
      ? { outcome: context.signal.reason === 'shutdown' ? 'interrupted' : context.signal.reason }
      : { outcome: 'success' }
  })
  return { op, waiting, open: resolve }
}

describe('a shell run', () => {
  it('runs in its folder, keeps its output as events in order, and succeeds with exit code 0', async () => {
    const { shell, until, store } = await start()
    const { id } = await shell('pwd; for i in 1 2 3; do echo line $i; done; echo oops >&2')
    const run = await until(id, 'succeeded', 'failed')
    const log = (await store.events(id, 0, 100)).filter((event) => event.kind === 'log')
    expect(run).toMatchObject({ status: 'succeeded', outcome: 'success', progress: 1, attempt: 1 })
    expect(log.map((event) => event.message).join('\n')).toContain(`${id}\nline 1\nline 2\nline 3`)
    expect(log.find((event) => event.level === 'warn')?.message).toBe('oops')
  })

  it('fails with its exit code, and the end of its output in the error', async () => {
    const { shell, until } = await start()
    const { id } = await shell('echo before; exit 7')
    expect(await until(id, 'succeeded', 'failed')).toMatchObject({
      status: 'failed',
      outcome: 'error',
      error: { code: 'EXIT_CODE', message: 'The command exited with code 7.', data: { exitCode: 7, tail: 'before\n' } },
    })
  })

  it('sees its attempt in its environment, and none of the host’s secrets', async () => {
    process.env.CONTROLROOM_TOKEN = 'very-secret'
    onTestFinished(() => void delete process.env.CONTROLROOM_TOKEN)
    const { shell, until, folder, store } = await start()
    const { id } = await shell('env > seen')
    await until(id, 'succeeded', 'failed')
    const seen = readFileSync(join(folder, 'scratch', id, 'seen'), 'utf8')
    const [attempt] = await store.attempts(id)
    expect([seen.includes(`RUN_ID=${id}\n`), seen.includes(`RUN_ATTEMPT_ID=${attempt!.id}\n`), seen.includes('very-secret')]).toEqual([
      true,
      true,
      false,
    ])
  })

  it('refuses a folder outside its own', async () => {
    const { create, until } = await start()
    const { id } = await create({ steps: [{ op: 'shell', params: { command: 'true', cwd: '../..' } }] })
    expect(await until(id, 'succeeded', 'failed')).toMatchObject({ outcome: 'validation_failed', error: { code: 'VALIDATION_FAILED' } })
  })

  it('runs its steps in order, starts a retry at the first one that did not succeed, and keeps what the others did', async () => {
    const { create, until, runs, folder } = await start()
    const { id } = await create({
      steps: [
        { op: 'shell', params: { command: 'echo one >> done' } },
        { op: 'shell', params: { command: 'test -e allowed && echo two >> done' } },
      ],
    })
    expect(await until(id, 'failed')).toMatchObject({ steps: [{ status: 'succeeded' }, { status: 'failed' }] })
    const scratch = join(folder, 'scratch', id)
    await import('node:fs/promises').then((fs) => fs.writeFile(join(scratch, 'allowed'), ''))
    await runs.retry(id)
    expect(await until(id, 'succeeded')).toMatchObject({ attempt: 2, outcome: 'success' })
    expect(readFileSync(join(scratch, 'done'), 'utf8')).toBe('one\ntwo\n')
  })

  it('goes on after a failed step that may fail', async () => {
    const { create, until } = await start()
    const { id } = await create({
      steps: [
        { op: 'shell', params: { command: 'false' }, continueOnError: true },
        { op: 'shell', params: { command: 'true' } },
      ],
    })
    expect(await until(id, 'succeeded', 'failed')).toMatchObject({
      status: 'succeeded',
      steps: [{ status: 'failed' }, { status: 'succeeded' }],
    })
  })

  it('ends with its time limit, and leaves no process', async () => {
    const { create, until } = await start()
    const { id } = await create({ steps: [{ op: 'shell', params: { command: 'sleep 300' }, timeouts: { warningMs: 50, hardMs: 150 } }] })
    const run = await until(id, 'failed')
    expect([run.outcome, run.steps[0]?.timeoutStatus, findMarked({ name: 'RUN_ID', value: id })]).toEqual(['timed_out', 'timed_out', []])
  })
})

describe('cancelling', () => {
  it('ends a command with all that came from it, also what left its group and session', async () => {
    const { shell, until, runs, folder } = await start()
    const { id } = await shell('setsid sleep 301 & (sleep 302 &) ; echo up > up; sleep 300')
    await vi.waitFor(() => expect(existsSync(join(folder, 'scratch', id, 'up'))).toBe(true), { timeout: 10_000 })
    await runs.cancel(id)
    const run = await until(id, 'cancelled')
    expect([run.outcome, run.error, findMarked({ name: 'RUN_ID', value: id })]).toEqual(['cancelled', null, []])
  })

  it('is stored at once, before the op has stopped', async () => {
    const { op, waiting } = gate()
    const { create, until, runs } = await start({ ops: [op] })
    const { id } = await create({ steps: [{ op: 'gate' }] })
    await vi.waitFor(() => expect(waiting).toHaveLength(1), { timeout: 10_000 })
    expect((await runs.cancel(id)).status).toBe('cancelling')
    expect((await until(id, 'cancelled')).outcome).toBe('cancelled')
  })

  it('ends a waiting run at once, and is refused for one that has ended', async () => {
    const { shell, pool, runs } = await start()
    pool.admit('none')
    const { id } = await shell('true')
    expect((await runs.cancel(id)).status).toBe('cancelled')
    await expect(runs.cancel(id)).rejects.toMatchObject({ code: 'CONFLICT' })
  })
})

describe('the pool', () => {
  it('never runs more at once than the limits allow, and runs everything in the end', async () => {
    let live = 0
    let most = 0
    const full = Promise.withResolvers<void>()
    const op = opOf('count', async () => {
      most = Math.max(most, ++live)
      if (live === 3) full.resolve()
      await full.promise
      await new Promise((done) => setImmediate(done))
      live--
      return { outcome: 'success' }
    })
    const { create, until } = await start({ ops: [op], limits: { global: 3 } })
    const created = await Promise.all(Array.from({ length: 20 }, () => create({ steps: [{ op: 'count' }] })))
    await Promise.all(created.map(({ id }) => until(id, 'succeeded')))
    expect(most).toBe(3)
  })

  it('hands live runs back when it stops, with the attempt restored', async () => {
    const { op, waiting } = gate()
    const { create, pool, store } = await start({ ops: [op] })
    const { id } = await create({ steps: [{ op: 'gate' }] })
    await vi.waitFor(() => expect(waiting).toHaveLength(1), { timeout: 10_000 })
    await pool.stop()
    const run = await store.get(id)
    expect([run?.status, run?.attempt, run?.steps[0]?.status, (await store.attempts(id))[0]?.outcome]).toEqual([
      'queued',
      0,
      'pending',
      'interrupted',
    ])
  })

  it('tells an attempt whose lease was lost to stop, and writes nothing more for it', async () => {
    const { op, waiting } = gate()
    const { create, store } = await start({ ops: [op] })
    const { id } = await create({ steps: [{ op: 'gate' }], maxAttempts: 1 })
    await vi.waitFor(() => expect(waiting).toHaveLength(1), { timeout: 10_000 })
    await store.sweep(Date.now() + 10 * 60_000, 0)
    await vi.waitFor(() => expect(waiting[0]!.signal.reason).toBe('lease_lost'), { timeout: 5_000 })
    await vi.waitFor(async () => expect((await store.get(id))?.attempt).toBe(2), { timeout: 10_000 })
    const attempts = await store.attempts(id)
    expect(attempts.map((attempt) => attempt.outcome)).toEqual(['lease_lost', null])
  })

  it('keeps a lease alive from its own thread while the host’s loop is blocked', async () => {
    const { op, waiting } = gate()
    const { create, store } = await start({ ops: [op] })
    const { id } = await create({ steps: [{ op: 'gate' }] })
    await vi.waitFor(() => expect(waiting).toHaveLength(1), { timeout: 10_000 })
    const beatenAt = async (): Promise<number> => (await store.attempts(id))[0]!.heartbeatAt
    const claimedAt = await beatenAt()
    await vi.waitFor(async () => expect(await beatenAt()).toBeGreaterThan(claimedAt), { timeout: 10_000 })
    const before = await beatenAt()
    // What a busy host does: nothing else gets a turn.
    for (const until = Date.now() + 700; Date.now() < until; );
    expect((await beatenAt()) - before).toBeGreaterThan(200)
  })

  it('stores an op that throws as an error, and tries again as often as the run may', async () => {
    let tries = 0
    const op = opOf('flaky', async () => {
      if (++tries < 3) throw Object.assign(new Error('not yet'), { code: 'FLAKY' })
      return { outcome: 'success' }
    })
    const { create, until } = await start({ ops: [op] })
    const { id } = await create({ steps: [{ op: 'flaky' }], maxAttempts: 3 })
    expect(await until(id, 'succeeded', 'failed')).toMatchObject({ status: 'succeeded', attempt: 3 })
  })
})
