import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { findMarked } from '../../src/main/platform/index.ts'
import type { Project, Run, Worktree } from '../../src/shared/models/index.ts'
import { failOnLeftovers } from '../support/temp.ts'
import { type Host, openScene, until } from './scene.ts'

failOnLeftovers()

/** What became of calls that were made at the same moment: a status of a run, or the code of a refusal. Which of two equal ones wins is nobody's business. */
const outcomes = async (calls: Promise<unknown>[]): Promise<string[]> =>
  (await Promise.allSettled(calls))
    .map((call) => (call.status === 'fulfilled' ? ((call.value as Partial<Run>).status ?? 'ok') : (call.reason as { code: string }).code))
    .sort()
const shell = (host: Host, command: string, more: object = {}): Promise<Run> =>
  host.create({ steps: [{ op: 'shell', params: { command } }], ...more })

describe('a hostile caller', () => {
  it('gets a refusal for rubbish, and the host stays as it was', async () => {
    const { start } = await openScene()
    const host = await start()
    const refused = async (path: string, body: unknown): Promise<string> => (await outcomes([host.post(path, body)]))[0]!
    for (const id of ['../../etc/passwd', '..%2f..', '\0', "'; DROP TABLE runs;--", 'A', 'x'.repeat(5_000), '']) {
      for (const path of ['/runs.cancel', '/runs.retry', '/runs.dismiss'])
        expect(await refused(path, { runId: id }), id).toBe('VALIDATION_FAILED')
      expect(await refused('/projects.remove', { projectId: id }), id).toBe('VALIDATION_FAILED')
      expect(['NOT_FOUND', 'VALIDATION_FAILED'], id).toContain(await refused('/worktrees.remove', { worktreeId: id, discardChanges: true }))
    }
    for (const command of [5, null, '', 'a\0b', ['ls']])
      expect(await refused('/runs.create', { steps: [{ op: 'shell', params: { command } }] })).toBe('VALIDATION_FAILED')
    for (const op of ['', 'nope', '__proto__', 'constructor'])
      expect(await refused('/runs.create', { steps: [{ op, params: {} }] })).toBe('VALIDATION_FAILED')
    for (const path of ['', 'relative', '/nope', '/etc/passwd', '/tmp/\0', '/'])
      expect(await refused('/projects.add', { path }), path).toBe('VALIDATION_FAILED')
    expect(await refused('/runs.create', { prompt: 'x' })).toBe('VALIDATION_FAILED')
    expect((await host.get<{ runs: Run[] }>('/runs')).runs).toEqual([])
    const { id } = await shell(host, 'pwd; cat', { title: '\ud800 \u0000' })
    expect((await host.until(id, 'succeeded', 'failed')).status).toBe('succeeded')
    expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
  })

  it('asks everything twice at once, and it happens once', async () => {
    const { start, project: addProject } = await openScene()
    const host = await start()
    const project = await addProject(host)
    const submitted = await Promise.all(
      Array.from({ length: 10 }, () => shell(host, 'sleep 300', { idempotencyKey: 'once', projectId: project.id })),
    )
    expect(new Set(submitted.map(({ id }) => id)).size).toBe(1)
    const runId = submitted[0]!.id
    await until(() => findMarked({ name: 'RUN_ID', value: runId }).length > 0)
    expect(await outcomes(['/runs.retry', '/runs.dismiss'].map((path) => host.post(path, { runId })))).toEqual(['CONFLICT', 'CONFLICT'])
    expect(
      await outcomes([host.post('/runs.move', { runId, lane: 'B' }), host.post('/sessions.prompt', { runId, text: 'hello' })]),
    ).toEqual(['CONFLICT', 'CONFLICT'])
    const stolen = { runId, attemptId: 'x', leaseToken: 'y' }
    expect(await outcomes([host.post('/runs.complete', { ...stolen, status: 'succeeded' }), host.post('/runs.release', stolen)])).toEqual([
      'LEASE_LOST',
      'LEASE_LOST',
    ])

    const { worktrees } = await host.get<{ worktrees: Worktree[] }>('/worktrees')
    const [main, own] = [worktrees.find((one) => one.main)!, worktrees.find((one) => one.runId === runId)!]
    for (const path of ['/worktrees.remove', '/worktrees.reset']) {
      expect(await outcomes([main, own].map(({ id }) => host.post(path, { worktreeId: id, discardChanges: true })))).toEqual([
        'CONFLICT',
        'FORBIDDEN',
      ])
    }
    expect(await outcomes([host.post('/projects.remove', { projectId: project.id })])).toEqual(['CONFLICT'])
    expect(await outcomes([1, 2].map(() => host.post('/runs.cancel', { runId })))).toContain('cancelling')
    await host.until(runId, 'cancelled')
    expect(await outcomes([1, 2].map(() => host.post('/runs.retry', { runId })))).toEqual(['CONFLICT', 'queued'])
    for (let i = 0; i < 4; i++) for (const path of ['/runs.cancel', '/runs.retry']) await host.post(path, { runId }).catch(() => {})
    await host.post('/runs.cancel', { runId }).catch(() => {})
    await host.until(runId, 'cancelled')
    expect(await outcomes([1, 2].map(() => host.post('/worktrees.remove', { worktreeId: own.id, discardChanges: true })))).toEqual([
      'NOT_FOUND',
      'ok',
    ])
    expect([existsSync(own.path), existsSync(project.path)]).toEqual([false, true])
    expect(findMarked({ name: 'RUN_ID', value: runId })).toEqual([])
    expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
  })

  it('cancels agents at any moment of their start, answers twice and talks over itself', async () => {
    const { start, prompts, project: addProject } = await openScene()
    const host = await start()
    const project: Project = await addProject(host)
    prompts['Tell a story.'] = { steps: [{ text: 'a word ', chunks: 1_000, delayMs: 50 }] }
    prompts['Be quick.'] = { steps: [{ text: 'as quick as that', chunks: 10, delayMs: 50 }] }
    prompts['Ask first.'] = {
      steps: [{ tools: [{ name: 'bash', args: { command: 'echo hi', description: 'say hi' } }] }, { text: 'done' }],
    }
    const agent = (prompt: string, policy: 'ask' | 'allow-all') =>
      host.create({ prompt, projectId: project.id, policy, model: 'fake/fake' })
    for (const waitMs of [0, 20, 100, 500, 1_500]) {
      const { id } = await agent('Tell a story.', 'allow-all')
      await pause(waitMs)
      await host.post('/runs.cancel', { runId: id })
      expect(await host.until(id, 'cancelled', 'failed', 'succeeded'), `after ${waitMs} ms`).toMatchObject({
        status: 'cancelled',
        error: null,
      })
      expect(findMarked({ name: 'RUN_ID', value: id })).toEqual([])
    }
    // Said while its worktree is being made: it waits until there is somebody to talk to.
    const early = await agent('Be quick.', 'allow-all')
    await host.until(early.id, 'running')
    expect(await outcomes([host.post('/sessions.prompt', { runId: early.id, text: 'And thorough.' })])).toEqual(['running'])
    await host.until(early.id, 'succeeded')
    expect((await host.events(early.id)).filter(({ kind }) => kind === 'prompt')).toHaveLength(2)

    const { id } = await agent('Ask first.', 'ask')
    await until(async () => (await host.run(id)).attention === 'permission')
    const { requestId } = (await host.events(id)).find(({ kind }) => kind === 'permission')!.data as { requestId: string }
    const replies = [1, 2].map(() => host.post('/permissions.reply', { runId: id, requestId, reply: 'once' }))
    expect(await outcomes(replies)).toEqual(['NOT_FOUND', 'ok'])
    await host.until(id, 'succeeded')
    expect(await outcomes(['one', 'two'].map((text) => host.post('/sessions.prompt', { runId: id, text })))).toEqual(['CONFLICT', 'queued'])
    await until(async () => (await host.run(id)).steps.length === 2)
    expect((await host.until(id, 'succeeded', 'failed')).steps.map(({ status }) => status)).toEqual(['succeeded', 'succeeded'])
    expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
  })
})
