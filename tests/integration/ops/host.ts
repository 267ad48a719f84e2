import { join } from 'node:path'
import { type HeadlessServer, openServer } from '../../../src/main/headless/server.ts'
import { silentLogger } from '../../../src/main/platform/index.ts'
import type { DispatchedRun } from '../../../src/shared/contract/index.ts'
import type { Json, Project, Run } from '../../../src/shared/models/index.ts'
import { openCore, type TestCore } from '../../support/core.ts'
import { git, repositoryAt, type TestRepository } from '../../support/git.ts'
import { makeFolder, removeFolder } from '../../support/temp.ts'

const TOKEN = 'operator-token'

/** A project whose main checkout follows a bare repository, to which somebody else pushes as well. */
export interface Followed {
  readonly project: Project
  readonly checkout: TestRepository
  /** The somebody else's clone. */
  readonly other: TestRepository
  readonly upstream: string
  /** Commits files in the other clone and pushes them. Returns the commit id. */
  push(files: Record<string, string>): string
}

export interface Answer {
  readonly status: number
  readonly body: { code?: string; message?: string; data?: Record<string, Json>; runs?: DispatchedRun[]; [key: string]: unknown }
}

/** A whole core behind a real HTTP server. */
export interface TestHost {
  readonly core: TestCore
  readonly folder: string
  get(path: string): Promise<Answer>
  post(path: string, body: unknown): Promise<Answer>
  /** Dispatches an op that has to be taken, and waits for the end of its runs. */
  run(request: Record<string, unknown>): Promise<Run[]>
  ended(runId: string): Promise<Run>
  follow(name: string, options?: { trusted?: boolean }): Promise<Followed>
  close(): Promise<void>
}

export async function openHost(): Promise<TestHost> {
  const folder = makeFolder('ops')
  const core = await openCore(folder, { settings: { limits: { global: 6, project: 6 } } })
  await core.ready
  const server: HeadlessServer = await openServer({
    host: '127.0.0.1',
    port: 0,
    tokens: { operator: TOKEN, workers: [] },
    pageFolder: folder,
    logger: silentLogger,
  })
  server.serve(core)
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
    const response = await fetch(`${server.url}/api${path}`, { ...init, headers })
    return { status: response.status, body: (await response.json()) as Answer['body'] }
  }
  const ended: TestHost['ended'] = (runId) => core.until(runId, 'succeeded', 'failed', 'cancelled')
  const post: TestHost['post'] = (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) })

  return {
    core,
    folder,
    get: (path) => ask(path, { method: 'GET' }),
    post,
    ended,
    async run(request) {
      const { status, body } = await post('/dispatch', request)
      if (status !== 200) throw new Error(`${status} ${body.message}`)
      return Promise.all(body.runs!.map(({ id }) => ended(id)))
    },
    async follow(name, { trusted = true } = {}) {
      const at = (what: string): string => join(folder, `${name}-${what}`)
      git(folder, 'init', '--quiet', '--bare', at('upstream'))
      git(folder, 'clone', '--quiet', at('upstream'), at('other'))
      const other = repositoryAt(at('other'))
      const push: Followed['push'] = (files) => {
        other.write(files)
        const commit = other.commit()
        other.git('push', '--quiet', 'origin', 'HEAD')
        return commit
      }
      push({ 'readme.md': `# ${name}\n` })
      git(folder, 'clone', '--quiet', at('upstream'), at('checkout'))
      const added = await core.projects.add({ path: at('checkout'), name })
      const project = trusted ? await core.projects.trust(added.id, true) : added
      return { project, checkout: repositoryAt(at('checkout')), other, upstream: at('upstream'), push }
    },
    async close() {
      await server.close()
      await core.stop()
      await core.model.close()
      removeFolder(folder)
    },
  }
}
