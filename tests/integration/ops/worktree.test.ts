import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Run, Worktree } from '../../../src/shared/models/index.ts'
import { git, readCheckout } from '../../support/git.ts'
import { failOnLeftovers } from '../../support/temp.ts'
import { type Followed, openHost, type TestHost } from './host.ts'

failOnLeftovers()

let host: TestHost
let followed: Followed
beforeAll(async () => {
  host = await openHost()
  followed = await host.follow('project')
})
afterAll(() => host.close())

const dispatch = (op: string, target: string, options: object = {}): Promise<Run> =>
  host.run({ op, targets: [target], options }).then(([run]) => run!)
const worktrees = (): Promise<Worktree[]> => Promise.resolve(host.core.worktrees.list(followed.project.id))

/** A worktree that a run has made. */
async function make(options: object = {}): Promise<Worktree> {
  const run = await dispatch('worktree.create', followed.project.id, options)
  return (await worktrees()).find(({ runId }) => runId === run.id)!
}

describe('worktree.create', () => {
  it('makes a worktree that stays, whatever becomes of those of other runs that succeed', async () => {
    host.core.host.updateSettings({ cleanup: { succeeded: 'remove' } })
    const before = readCheckout(followed.checkout.path)
    const run = await dispatch('worktree.create', followed.project.id)
    host.core.host.updateSettings({ cleanup: { succeeded: 'keep' } })
    const worktree = (await worktrees()).find(({ runId }) => runId === run.id)!
    expect(run).toMatchObject({
      status: 'succeeded',
      title: 'Create worktree · project',
      steps: [{ result: { worktreeId: worktree.id, path: worktree.path } }],
    })
    expect([worktree.headCommit, existsSync(join(worktree.path, 'readme.md'))]).toEqual([followed.checkout.git('rev-parse', 'HEAD'), true])
    expect(readCheckout(followed.checkout.path)).toEqual(before)
  })

  it('starts where it was told to', async () => {
    const first = followed.checkout.git('rev-parse', 'HEAD')
    followed.checkout.write({ 'later.txt': 'later\n' })
    followed.checkout.commit()
    expect((await make({ base: first })).headCommit).toBe(first)
  })

  it('is refused a base that is none', async () => {
    const run = await dispatch('worktree.create', followed.project.id, { base: 'no-such-branch' })
    expect(run).toMatchObject({ outcome: 'validation_failed', error: { message: expect.stringContaining('no-such-branch') } })
  })
})

describe('worktree.reset', () => {
  it('refuses to take changes away unasked, and takes them away when asked', async () => {
    const { id, path } = await make()
    writeFileSync(join(path, 'readme.md'), 'changed\n')
    const refused = await dispatch('worktree.reset', id)
    expect(refused).toMatchObject({ outcome: 'validation_failed', error: { code: 'CONFLICT', data: { dirtyFiles: ['readme.md'] } } })
    expect(git(path, 'status', '--porcelain')).toBe('M readme.md'.padStart(12))
    expect((await dispatch('worktree.reset', id, { discardChanges: true })).status).toBe('succeeded')
    expect(git(path, 'status', '--porcelain')).toBe('')
  })
})

describe('worktree.remove', () => {
  it('removes a worktree, and a repeated dispatch answers the run that did', async () => {
    const { id, path } = await make()
    const request = { op: 'worktree.remove', targets: [id], idempotencyKey: `remove-${id}` }
    const [run] = await host.run(request)
    expect([run!.status, existsSync(path), (await worktrees()).some((worktree) => worktree.id === id)]).toEqual(['succeeded', false, false])
    const again = await host.post('/dispatch', request)
    expect(again.body.runs).toEqual([{ id: run!.id, op: 'worktree.remove', target: id, status: 'succeeded' }])
    expect((await host.post('/dispatch', { op: 'worktree.remove', targets: [id] })).status).toBe(404)
  })

  it('refuses work that is nowhere else until that is confirmed, and keeps a snapshot of it then', async () => {
    const { id, path, runId } = await make()
    writeFileSync(join(path, 'new.txt'), 'new\n')
    const refused = await dispatch('worktree.remove', id)
    expect([refused.outcome, refused.error?.code, existsSync(path)]).toEqual(['validation_failed', 'CONFLICT', true])
    expect((await dispatch('worktree.remove', id, { discardChanges: true })).status).toBe('succeeded')
    const snapshot = followed.checkout.git('for-each-ref', '--format=%(refname)', `refs/controlroom/snapshots/${runId}`).split('\n')[0]
    expect([existsSync(path), followed.checkout.git('show', `${snapshot}:new.txt`)]).toEqual([false, 'new'])
  })

  it('never touches the main checkout', async () => {
    const main = (await worktrees()).find((worktree) => worktree.main)!
    const before = readCheckout(followed.checkout.path)
    const { status, body } = await host.post('/dispatch', { op: 'worktree.remove', targets: [main.id], options: { discardChanges: true } })
    expect([status, body.code, body.data?.field]).toEqual([403, 'FORBIDDEN', 'targets.0'])
    expect(readCheckout(followed.checkout.path)).toEqual(before)
  })

  it('refuses a worktree in which a run is at work', async () => {
    const { id } = await host.core.create({
      steps: [{ op: 'shell', params: { command: 'echo up; sleep 600' } }],
      projectId: followed.project.id,
    })
    for await (const message of host.core.runs.follow(id, 0, AbortSignal.timeout(60_000))) {
      if ('events' in message && message.events.some((event) => event.message === 'up')) break
    }
    const { worktreeId } = await host.core.runs.get(id)
    const { status, body } = await host.post('/dispatch', {
      op: 'worktree.remove',
      targets: [worktreeId],
      options: { discardChanges: true },
    })
    expect([status, body.code, body.data?.runId]).toEqual([409, 'CONFLICT', id])
    await host.core.runs.cancel(id, undefined)
    await host.ended(id)
  })
})
