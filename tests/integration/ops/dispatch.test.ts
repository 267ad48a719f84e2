import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpInfo } from '../../../src/shared/contract/index.ts'
import { failOnLeftovers } from '../../support/temp.ts'
import { type Answer, type Followed, openHost, type TestHost } from './host.ts'

failOnLeftovers()

let host: TestHost
let one: Followed
let two: Followed
beforeAll(async () => {
  host = await openHost()
  one = await host.follow('one')
  two = await host.follow('two')
})
afterAll(() => host.close())

const countRuns = async (): Promise<number> => ((await host.get('/runs?limit=500')).body.runs as unknown[]).length
/** Dispatches something that has to be refused, and makes sure that nothing was stored. */
async function refused(request: Record<string, unknown>): Promise<Answer> {
  const before = await countRuns()
  const answer = await host.post('/dispatch', request)
  expect(await countRuns()).toBe(before)
  return answer
}
const summary = ({ status, body }: Answer) => ({ status, code: body.code, field: body.data?.field })

describe('GET /api/ops', () => {
  it('lists every op with what it takes', async () => {
    const { status, body } = await host.get('/ops')
    const ops = body.ops as OpInfo[]
    expect(status).toBe(200)
    expect(ops.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'agent',
        'shell',
        'http',
        'mcp',
        'docker',
        'git.pull',
        'git.commit',
        'worktree.create',
        'worktree.reset',
        'worktree.remove',
        'opencode.restart',
        'kill',
        'cancel',
      ]),
    )
    expect(ops.find(({ name }) => name === 'shell')).toMatchObject({
      targets: 'project',
      cancellable: true,
      params: { type: 'object', required: ['command'], properties: { command: { type: 'string' } } },
    })
  })
})

describe('POST /api/dispatch', () => {
  it('makes one run without targets', async () => {
    const { status, body } = await host.post('/dispatch', { op: 'shell', options: { command: 'echo hello' }, lane: 'B' })
    expect([status, body.runs]).toEqual([200, [{ id: expect.any(String), op: 'shell', target: null, status: expect.any(String) }]])
    expect(await host.ended(body.runs![0]!.id)).toMatchObject({
      status: 'succeeded',
      title: 'echo hello',
      lane: 'B',
      projectId: null,
      params: {},
    })
  })

  it('makes one run for each target, in their order, each in its project', async () => {
    const { body } = await host.post('/dispatch', {
      op: 'shell',
      hosts: [two.project.id, one.project.id],
      options: { command: 'cat readme.md' },
    })
    expect(body.runs!.map(({ target }) => target)).toEqual([two.project.id, one.project.id])
    const runs = await Promise.all(body.runs!.map(({ id }) => host.ended(id)))
    expect(runs.map(({ status, params, projectId }) => [status, params.target, projectId])).toEqual(
      [two, one].map(({ project }) => ['succeeded', project.id, project.id]),
    )
  })

  it('works in the project that is named without being a target', async () => {
    const [run] = await host.run({ op: 'shell', projectId: one.project.id, options: { command: 'test -f readme.md' } })
    expect(run).toMatchObject({ status: 'succeeded', projectId: one.project.id, params: {} })
  })

  it('answers a repeated dispatch with the runs of the first', async () => {
    const request = { op: 'git.pull', targets: [one.project.id, two.project.id], idempotencyKey: 'pull-1' }
    const [first, second] = [await host.post('/dispatch', request), await host.post('/dispatch', request)]
    expect(second.body.runs!.map(({ id }) => id)).toEqual(first.body.runs!.map(({ id }) => id))
    const more = await host.post('/dispatch', { ...request, targets: [two.project.id] })
    expect(more.body.runs!.map(({ id }) => id)).toEqual([first.body.runs![1]!.id])
    await Promise.all(first.body.runs!.map(({ id }) => host.ended(id)))
  })

  it('refuses a key that another op has', async () => {
    await host.run({ op: 'shell', targets: [one.project.id], options: { command: 'true' }, idempotencyKey: 'used' })
    expect(summary(await refused({ op: 'git.pull', targets: [one.project.id], idempotencyKey: 'used' }))).toMatchObject({
      status: 409,
      code: 'CONFLICT',
      field: 'idempotencyKey',
    })
  })

  it.each<[string, () => Record<string, unknown>, { status: number; code: string; field: string }]>([
    ['an op nobody knows', () => ({ op: 'git.push' }), { status: 400, code: 'VALIDATION_FAILED', field: 'op' }],
    [
      'an option of a wrong type',
      () => ({ op: 'shell', options: { command: 7 } }),
      { status: 400, code: 'VALIDATION_FAILED', field: 'options.command' },
    ],
    ['an option that is missing', () => ({ op: 'shell' }), { status: 400, code: 'VALIDATION_FAILED', field: 'options.command' }],
    [
      'a target that is not there',
      () => ({ op: 'git.pull', targets: ['nothing'] }),
      { status: 404, code: 'NOT_FOUND', field: 'targets.0' },
    ],
    [
      'a worktree that is not there',
      () => ({ op: 'worktree.remove', targets: ['nothing'] }),
      { status: 404, code: 'NOT_FOUND', field: 'targets.0' },
    ],
    [
      'a project that is not there',
      () => ({ op: 'shell', projectId: 'nothing', options: { command: 'true' } }),
      { status: 404, code: 'NOT_FOUND', field: 'projectId' },
    ],
    [
      'a target of another kind',
      () => ({ op: 'worktree.remove', targets: [one.project.id] }),
      { status: 400, code: 'VALIDATION_FAILED', field: 'targets.0' },
    ],
    [
      'a project named twice',
      () => ({ op: 'git.pull', targets: [one.project.id, one.project.id] }),
      { status: 400, code: 'VALIDATION_FAILED', field: 'targets.1' },
    ],
    [
      'targets of an op that takes none',
      () => ({ op: 'opencode.restart', targets: [one.project.id] }),
      { status: 400, code: 'VALIDATION_FAILED', field: 'targets' },
    ],
  ])('refuses %s', async (_what, request, expected) => {
    expect(summary(await refused(request()))).toEqual(expected)
  })

  it('says what a target is when it is of another kind', async () => {
    const [run] = await host.run({ op: 'shell', options: { command: 'true' } })
    const { body } = await refused({ op: 'git.pull', targets: [run!.id] })
    expect(body.message).toBe(`targets.0: ${run!.id} is a run, and this op takes projects.`)
  })

  it('refuses what is no list of targets, naming the field', async () => {
    const { status, body } = await refused({ op: 'git.pull', targets: one.project.id })
    expect([status, body.code, body.message]).toEqual([400, 'VALIDATION_FAILED', expect.stringMatching(/^targets: /)])
  })

  it('stores nothing for the good targets when one is bad', async () => {
    expect(summary(await refused({ op: 'git.pull', targets: [one.project.id, 'nothing', two.project.id] }))).toEqual({
      status: 404,
      code: 'NOT_FOUND',
      field: 'targets.1',
    })
  })

  it('refuses an agent in a project that nobody trusts', async () => {
    const { project } = await host.follow('strange', { trusted: false })
    const { status, body } = await refused({ op: 'agent', targets: [one.project.id, project.id], options: { prompt: 'hello' } })
    expect([status, body.code]).toEqual([403, 'FORBIDDEN'])
  })
})
