import { chmodSync, existsSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { findMarked } from '../../../src/main/platform/index.ts'
import type { CreateRun } from '../../../src/shared/contract/index.ts'
import type { Run } from '../../../src/shared/models/index.ts'
import { git, readCheckout } from '../../support/git.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'
import { type Followed, openHost, type TestHost } from './host.ts'

failOnLeftovers()

let host: TestHost
beforeAll(async () => {
  host = await openHost()
})
afterAll(() => host.close())

const pull = async ({ project }: Followed): Promise<Run> => (await host.run({ op: 'git.pull', targets: [project.id] }))[0]!
const headOf = ({ checkout }: Followed): string => checkout.git('rev-parse', 'HEAD')
const messagesOf = async (run: Run): Promise<string[]> => (await host.core.runs.events(run.id, 0, 1_000)).map(({ message }) => message)
const short = (run: Run) => ({ status: run.status, outcome: run.outcome, code: run.error?.code, attempt: run.attempt })

/** Has a script run in place of the remote's side of a fetch, before it answers. */
function atFetch({ checkout }: Followed, script: string): void {
  const file = join(tempFolder('fetch'), 'upload-pack')
  writeFileSync(file, `#!/bin/sh\n${script}\nexec git-upload-pack "$@"\n`)
  chmodSync(file, 0o755)
  checkout.git('config', 'remote.origin.uploadpack', file)
}

describe('git.pull', () => {
  it('brings the main checkout to its upstream, and reads afterwards whether it is there', async () => {
    const project = await host.follow('plain')
    const commit = project.push({ 'new.txt': 'new\n' })
    const run = await pull(project)
    expect(run).toMatchObject({
      status: 'succeeded',
      title: 'Pull · plain',
      message: 'main: 1 commit from origin/main',
      params: { target: project.project.id },
    })
    expect([headOf(project), existsSync(join(project.checkout.path, 'new.txt'))]).toEqual([commit, true])
    expect(await messagesOf(run)).toContain('post-check: verified')
  })

  it('pulls several projects, one run for each', async () => {
    const projects = [await host.follow('first'), await host.follow('second')]
    const commits = projects.map((project) => project.push({ 'new.txt': 'new\n' }))
    const runs = await host.run({ op: 'git.pull', targets: projects.map(({ project }) => project.id) })
    expect(runs.map(({ status, projectId }) => [status, projectId])).toEqual(projects.map(({ project }) => ['succeeded', project.id]))
    expect(projects.map(headOf)).toEqual(commits)
  })

  it('has nothing to do where nothing is new', async () => {
    const project = await host.follow('same')
    const before = readCheckout(project.checkout.path)
    expect(await pull(project)).toMatchObject({ status: 'succeeded', message: 'main is up to date with origin/main' })
    expect(readCheckout(project.checkout.path)).toEqual(before)
  })

  it('runs no hook of the repository', async () => {
    const project = await host.follow('hooked')
    const hook = join(project.checkout.path, '.git/hooks/post-merge')
    writeFileSync(hook, `#!/bin/sh\ntouch '${project.checkout.path}/hooked'\n`)
    chmodSync(hook, 0o755)
    project.push({ 'new.txt': 'new\n' })
    expect([(await pull(project)).status, existsSync(join(project.checkout.path, 'hooked'))]).toEqual(['succeeded', false])
  })

  it('refuses a checkout with changes, names them, and touches nothing', async () => {
    const project = await host.follow('dirty')
    project.push({ 'readme.md': 'theirs\n' })
    project.checkout.write({ 'readme.md': 'mine\n' })
    const before = readCheckout(project.checkout.path)
    const run = await pull(project)
    expect(short(run)).toEqual({ status: 'failed', outcome: 'validation_failed', code: 'CONFLICT', attempt: 1 })
    expect(run.error?.message).toMatch(/1 uncommitted file \(readme\.md\): commit .* pull again/)
    expect(readCheckout(project.checkout.path)).toEqual(before)
  })

  it('refuses a branch without upstream, and says how to give it one', async () => {
    const project = await host.follow('lonely')
    project.checkout.git('checkout', '--quiet', '-b', 'topic')
    const run = await pull(project)
    expect([run.outcome, run.error?.message]).toEqual([
      'validation_failed',
      expect.stringContaining('"git branch --set-upstream-to=origin/topic topic"'),
    ])
  })

  it('refuses branches that have gone apart', async () => {
    const project = await host.follow('apart')
    project.push({ 'theirs.txt': 'theirs\n' })
    project.checkout.write({ 'mine.txt': 'mine\n' })
    const mine = project.checkout.commit()
    const run = await pull(project)
    expect([run.outcome, run.error?.message, headOf(project)]).toEqual([
      'validation_failed',
      expect.stringMatching(/gone apart \(1 here, 1 there\): merge or rebase/),
      mine,
    ])
  })

  it('does not count as done while HEAD is ahead of what was fetched, whatever git’s exit code said', async () => {
    const project = await host.follow('ahead')
    const theirs = headOf(project)
    project.checkout.write({ 'mine.txt': 'mine\n' })
    const mine = project.checkout.commit()
    const run = await pull(project)
    expect(short(run)).toEqual({ status: 'failed', outcome: 'post_check_failed', code: 'POST_CHECK_FAILED', attempt: 1 })
    expect(run.error?.message).toContain(`HEAD is ${mine} and origin/main is ${theirs}`)
    expect(await messagesOf(run)).toContain('post-check: mismatch')
  })

  it('does not count as done when somebody commits meanwhile', async () => {
    const project = await host.follow('raced')
    const { path } = project.checkout
    // The environment of a fetch names the remote's repository.
    atFetch(project, `env -u GIT_DIR git -C '${path}' commit --quiet --allow-empty -m Raced`)
    const run = await pull(project)
    expect([run.outcome, run.error?.message]).toEqual([
      'post_check_failed',
      expect.stringContaining(`HEAD is ${headOf(project)} and origin/main is`),
    ])
  })

  it('says what git said when the remote cannot be read', async () => {
    const project = await host.follow('gone')
    project.checkout.git('remote', 'set-url', 'origin', join(host.folder, 'nowhere'))
    const { id } = await host.core.create({ steps: [{ op: 'git.pull' }], projectId: project.project.id, maxAttempts: 1 })
    const run = await host.ended(id)
    expect(run.error).toMatchObject({ code: 'GIT_FAILED', message: expect.stringMatching(/fetch from origin: .*nowhere/) })
  })

  it('starts no program that an untrusted repository names, and says which', async () => {
    const project = await host.follow('untrusted', { trusted: false })
    const proof = join(tempFolder(), 'ran')
    atFetch(project, `touch '${proof}'`)
    const refused = await pull(project)
    expect([refused.error?.code, refused.error?.message, existsSync(proof)]).toEqual([
      'FORBIDDEN',
      expect.stringContaining('remote.origin.uploadpack'),
      false,
    ])
    await host.core.projects.trust(project.project.id, true)
    expect([(await pull(project)).status, existsSync(proof)]).toEqual(['succeeded', true])
  })

  it('is cancelled in the middle of a fetch that hangs, with all its processes', async () => {
    const project = await host.follow('hanging')
    const proof = join(tempFolder(), 'hangs')
    atFetch(project, `touch '${proof}'; sleep 600`)
    const { body } = await host.post('/dispatch', { op: 'git.pull', targets: [project.project.id] })
    const { id } = body.runs![0]!
    await expect.poll(() => existsSync(proof), { timeout: 20_000 }).toBe(true)
    await host.core.runs.cancel(id, undefined)
    const run = await host.ended(id)
    expect([run.status, run.error, findMarked({ name: 'RUN_ID', value: id })]).toEqual(['cancelled', null, []])
  })

  it('needs a project whose folder is there', async () => {
    const project = await host.follow('moved')
    renameSync(project.checkout.path, `${project.checkout.path}-away`)
    const { status, body } = await host.post('/dispatch', { op: 'git.pull', targets: [project.project.id] })
    expect([status, body.code, body.message]).toEqual([409, 'CONFLICT', expect.stringContaining('“moved” cannot be worked on')])
  })

  it('needs a project', async () => {
    expect(await host.post('/dispatch', { op: 'git.pull' })).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } })
  })
})

describe('git.commit', () => {
  /** A run that does something in its worktree and then commits it. */
  const commit = async ({ project }: Followed, command: string, message = 'Say hello\n\nWith a body.'): Promise<Run> => {
    const steps: CreateRun['steps'] = [
      { op: 'shell', params: { command } },
      { op: 'git.commit', params: { message } },
    ]
    const { id } = await host.core.create({ steps, projectId: project.id })
    return host.ended(id)
  }
  const pathOf = async (run: Run): Promise<string> =>
    (await host.core.worktrees.list(run.projectId!)).find(({ id }) => id === run.worktreeId)!.path

  it('commits everything in the run’s worktree as the person whom git knows, and nothing in the main checkout', async () => {
    const project = await host.follow('commit')
    const before = readCheckout(project.checkout.path)
    const run = await commit(project, 'echo hello > hello.txt; rm readme.md; mkdir a; echo b > a/b.txt')
    const path = await pathOf(run)
    const result = run.steps[1]!.result as { committed: boolean; commit: string }
    expect(run).toMatchObject({ status: 'succeeded', message: 'Say hello' })
    expect(result).toMatchObject({ committed: true, commit: git(path, 'rev-parse', 'HEAD') })
    expect(git(path, 'show', '--no-renames', '--name-status', '--format=%an <%ae>%n%B', 'HEAD').split('\n')).toEqual([
      'Test Person <person@example.invalid>',
      ...['Say hello', '', 'With a body.', '', ''],
      ...['A\ta/b.txt', 'A\thello.txt', 'D\treadme.md'],
    ])
    expect(git(path, 'status', '--porcelain')).toBe('')
    expect(readCheckout(project.checkout.path)).toEqual(before)
  })

  it('succeeds without a commit when there is nothing to commit', async () => {
    const project = await host.follow('nothing')
    const run = await commit(project, 'true')
    expect([run.status, run.steps[1]!.result, run.message]).toEqual(['succeeded', { committed: false }, 'nothing to commit'])
  })

  it('runs no hook and asks for no signature', async () => {
    const project = await host.follow('unhooked')
    const hook = join(project.checkout.path, '.git/hooks/commit-msg')
    writeFileSync(hook, '#!/bin/sh\nexit 1\n')
    chmodSync(hook, 0o755)
    project.checkout.git('config', 'commit.gpgSign', 'true')
    expect((await commit(project, 'echo a > a.txt')).status).toBe('succeeded')
  })

  it('refuses to make a person up', async () => {
    const project = await host.follow('nobody')
    const before = process.env.GIT_CONFIG_GLOBAL
    process.env.GIT_CONFIG_GLOBAL = '/dev/null'
    onTestFinished(() => {
      process.env.GIT_CONFIG_GLOBAL = before
    })
    const run = await commit(project, 'echo a > a.txt')
    expect([run.outcome, run.error?.message]).toEqual(['validation_failed', expect.stringContaining('git config --global user.name')])
  })

  it('refuses files with conflict marks that nobody has resolved', async () => {
    const project = await host.follow('conflict')
    const script = [
      'git checkout -q -b a',
      'echo a > readme.md',
      'git commit -qam a',
      'git checkout -q -',
      'echo b > readme.md',
      'git commit -qam b',
      'git merge -q a || true',
    ]
    const run = await commit(project, script.join('\n'))
    expect([run.error?.code, run.error?.message]).toEqual(['CONFLICT', expect.stringContaining('readme.md')])
  })

  it('does not count as done while the worktree still changes', async () => {
    const project = await host.follow('busy')
    const run = await commit(project, '(n=0; while :; do n=$((n+1)); echo x > "file-$n"; sleep 0.01; done) >/dev/null 2>&1 & sleep 0.1')
    expect([run.outcome, run.error?.message]).toEqual(['post_check_failed', expect.stringContaining('still has uncommitted changes')])
  })
})
