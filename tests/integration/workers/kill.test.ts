import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { findMarked, isAlive, processIdentity, startProcess } from '../../../src/main/platform/index.ts'
import type { OpContext } from '../../../src/main/runs/index.ts'
import type { Run, RunStatus } from '../../../src/shared/models/index.ts'
import { openEngine, opOf } from '../../support/engine.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'

failOnLeftovers()

const ENDED: RunStatus[] = ['succeeded', 'failed', 'cancelled']

async function start(options?: Parameters<typeof openEngine>[1]) {
  const folder = tempFolder('kill')
  const engine = await openEngine(folder, options)
  onTestFinished(() => engine.close())
  engine.pool.start()
  const of = (runId: string) => findMarked({ name: 'RUN_ID', value: runId })
  return {
    ...engine,
    folder,
    of,
    /** Starts a command and resolves when it has made the file `up`. */
    async up(command: string): Promise<string> {
      const { id } = await engine.shell(command)
      await vi.waitFor(() => expect(existsSync(join(folder, 'scratch', id, 'up'))).toBe(true), { timeout: 20_000 })
      return id
    },
    /** Kills a run and resolves with it when it has ended. */
    async kill(runId: string, signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL' = 'SIGTERM'): Promise<Run> {
      await engine.runs.kill(runId, signal)
      return engine.until(runId, ...ENDED)
    },
  }
}

const KILLED = { status: 'cancelled', outcome: 'killed', error: null, cancelMode: null }

describe('a kill', () => {
  it('ends a command with its signal, closes the lease after the proof, and says how', async () => {
    const { up, kill, of, store } = await start()
    const id = await up('trap "echo bye > bye; exit 0" TERM; touch up; while :; do sleep 0.05; done')
    expect(await kill(id)).toMatchObject({ ...KILLED, endedHow: 'term', steps: [{ status: 'cancelled', outcome: 'killed' }] })
    expect([of(id), (await store.attempts(id))[0]?.outcome]).toEqual([[], 'killed'])
  })

  it('begins with the signal it was given', async () => {
    const { up, kill, folder } = await start()
    const id = await up('trap "echo INT > got; exit 0" INT; trap "echo TERM > got; exit 0" TERM; touch up; while :; do sleep 0.05; done')
    expect(await kill(id, 'SIGINT')).toMatchObject({ ...KILLED, endedHow: 'term' })
    expect(readFileSync(join(folder, 'scratch', id, 'got'), 'utf8')).toBe('INT\n')
  })

  it('ends a grandchild that ignores SIGTERM by SIGKILL', async () => {
    const { up, kill, of } = await start()
    const id = await up(`bash -c 'trap "" TERM; bash -c "trap \\"\\" TERM; touch up; while :; do sleep 0.2; done"' & wait`)
    expect(await kill(id)).toMatchObject({ ...KILLED, endedHow: 'kill' })
    expect(of(id)).toEqual([])
  })

  it('by SIGKILL asks nobody', async () => {
    const { up, kill, of, folder } = await start()
    const id = await up('trap "touch asked" TERM INT; touch up; while :; do sleep 0.05; done')
    expect(await kill(id, 'SIGKILL')).toMatchObject({ ...KILLED, endedHow: 'kill' })
    expect([of(id), existsSync(join(folder, 'scratch', id, 'asked'))]).toEqual([[], false])
  })

  it('finds what forked twice and left group, session and parent', async () => {
    const { up, kill, of } = await start()
    const id = await up('(setsid bash -c "setsid sleep 300 & sleep 301" &) ; (sleep 302 &) ; touch up; sleep 303')
    expect(await kill(id)).toMatchObject({ ...KILLED, endedHow: 'term' })
    expect(of(id)).toEqual([])
  })

  it('finds what a wrapper left that has ended before', async () => {
    const { up, kill, of } = await start()
    const id = await up('bash -c "sleep 300 & setsid sleep 301 & touch up"; while :; do sleep 0.05; done')
    expect(await kill(id)).toMatchObject({ ...KILLED, endedHow: 'term' })
    expect(of(id)).toEqual([])
  })

  it('is not needed for what a command left when it ended: that is cleared before the run ends', async () => {
    const { shell, until, of } = await start()
    const { id } = await shell('setsid sleep 300 >/dev/null 2>&1 & exit 0')
    expect(await until(id, ...ENDED)).toMatchObject({ status: 'succeeded', endedHow: null })
    expect(of(id)).toEqual([])
  })

  it('ends a thousand processes', async () => {
    const { up, kill, of } = await start()
    const id = await up('for i in $(seq 1000); do sleep 300 & done; touch up; wait')
    // One that is just becoming `sleep` shows no environment for that moment.
    await vi.waitFor(() => expect(of(id).length).toBeGreaterThan(1_000), { timeout: 10_000 })
    expect(await kill(id)).toMatchObject({ ...KILLED, endedHow: 'term' })
    expect(of(id)).toEqual([])
  })

  it('leaves a process alone that merely got the number of one of its own', async () => {
    const { up, kill, folder } = await start()
    const stranger = startProcess({ command: 'sleep', args: ['300'] })
    onTestFinished(() => void process.kill(stranger.pid, 'SIGKILL'))
    // It says that the stranger is its child; only start times and marks tell that it is not.
    const id = await up(`echo ${stranger.pid} > pid; touch up; sleep 300`)
    expect(await kill(id)).toMatchObject(KILLED)
    expect(readFileSync(join(folder, 'scratch', id, 'pid'), 'utf8').trim()).toBe(String(stranger.pid))
    expect([isAlive(stranger.identity), isAlive({ pid: stranger.pid, startTime: '1.someboot' })]).toEqual([true, false])
    expect(processIdentity(stranger.pid)).toEqual(stranger.identity)
  })

  it('hastens a cancel that is under way', async () => {
    const { up, runs, until, of } = await start()
    const id = await up('trap "" TERM; touch up; while :; do sleep 0.05; done')
    await runs.cancel(id, 'enough')
    await runs.kill(id, 'SIGKILL')
    expect(await until(id, ...ENDED)).toMatchObject({ ...KILLED, endedHow: 'kill', message: 'Killed: enough' })
    expect(of(id)).toEqual([])
  })

  it('says of an op that ended by itself that it did', async () => {
    const contexts: OpContext[] = []
    const op = opOf('polite', async (context) => {
      contexts.push(context)
      await new Promise((done) => context.signal.addEventListener('abort', done, { once: true }))
      return { outcome: context.signal.reason }
    })
    const { create, kill } = await start({ ops: [op] })
    const { id } = await create({ steps: [{ op: 'polite' }] })
    await vi.waitFor(() => expect(contexts).toHaveLength(1), { timeout: 5_000 })
    expect(await kill(id)).toMatchObject({ ...KILLED, endedHow: 'cooperative' })
  })

  it('closes the lease of an op that never ends, and says that nobody could prove its end', async () => {
    let begun = false
    const op = opOf('deaf', () => {
      begun = true
      return new Promise(() => {})
    })
    const { create, kill } = await start({ ops: [op] })
    const { id } = await create({ steps: [{ op: 'deaf' }] })
    await vi.waitFor(() => expect(begun).toBe(true), { timeout: 5_000 })
    expect(await kill(id, 'SIGKILL')).toMatchObject({ ...KILLED, endedHow: 'fenced' })
  })

  it('is refused for what does not run, and a second one while the first is under way', async () => {
    const { up, shell, runs, pool, until, kill, store } = await start()
    const id = await up('trap "" TERM; touch up; while :; do sleep 0.05; done')
    await runs.kill(id, 'SIGTERM')
    await expect(runs.kill(id, 'SIGTERM')).rejects.toMatchObject({ code: 'CONFLICT' })
    pool.admit('none')
    const queued = await shell('true')
    const scheduled = await shell('true', { runAt: Date.now() + 60_000 })
    const before = [await store.get(queued.id), await store.get(scheduled.id)]
    for (const { id: waiting } of [queued, scheduled])
      await expect(runs.kill(waiting, 'SIGTERM')).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(runs.kill('nosuchrun', 'SIGTERM')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect([await store.get(queued.id), await store.get(scheduled.id)]).toEqual(before)
    await until(id, ...ENDED)
    await expect(kill(id)).rejects.toMatchObject({ code: 'CONFLICT' })
  })
})

describe('a time limit', () => {
  const slow = (onTimeout: 'ask' | 'kill') => ({
    steps: [{ op: 'shell', params: { command: 'touch up; sleep 300' }, timeouts: { warningMs: 100, hardMs: 200, onTimeout } }],
  })

  it('that ends by itself ends the whole tree, and says how', async () => {
    const { create, until, of } = await start()
    const { id } = await create(slow('kill'))
    expect(await until(id, ...ENDED)).toMatchObject({ status: 'failed', outcome: 'timed_out', endedHow: 'term', attention: null })
    expect(of(id)).toEqual([])
  })

  it('that asks is answered by waiting longer or by a kill', async () => {
    const { create, store, runs, kill } = await start()
    const { id } = await create(slow('ask'))
    const asks = (): Promise<void> =>
      vi.waitFor(async () => expect(await store.get(id)).toMatchObject({ attention: 'timeout', timeoutStatus: 'timed_out' }), {
        timeout: 10_000,
      })
    await asks()
    const before = Date.now()
    const waiting = await runs.wait(id)
    expect([waiting.attention, waiting.timeoutStatus, waiting.timeoutAt! >= before + 200]).toEqual([null, 'normal', true])
    await asks()
    expect((await runs.wait(id, 60_000)).timeoutAt).toBeGreaterThan(before + 50_000)
    expect(await kill(id)).toMatchObject(KILLED)
  })
})
