import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished, vi } from 'vitest'
import { type Scenario, type ScriptedModel, startScriptedModel } from '../../src/main/demo/scripted-model.ts'
import {
  type ChildHandle,
  findMarked,
  isAlive,
  killTree,
  type ProcessIdentity,
  processIdentity,
  startProcess,
  systemClock,
} from '../../src/main/platform/index.ts'
import type { CreateRun } from '../../src/shared/contract/runs.ts'
import type { HostStatus, Project, Run, RunAttempt, RunEvent, RunStatus, SettingsPatch, Worktree } from '../../src/shared/models/index.ts'
import { git } from '../support/git.ts'
import { tempFolder } from '../support/temp.ts'
import type { HostOptions } from './host.ts'

export const TOKEN = 'token-of-a-test'
const PROGRAM = join(import.meta.dirname, 'host.ts')

/** An answer that was no 200. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, body: { code: string; message: string }) {
    super(body.message)
    this.status = status
    this.code = body.code
  }
}

/** A host in a process of its own, asked over HTTP. */
export interface Host {
  readonly pid: number
  readonly identity: ProcessIdentity
  readonly url: string
  readonly instanceId: string
  readonly exited: ChildHandle['exited']
  /** What it has written, both outputs. */
  readonly lines: readonly string[]
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: unknown): Promise<T>
  create(request: CreateRun): Promise<Run>
  run(id: string): Promise<Run>
  events(id: string): Promise<RunEvent[]>
  attempts(id: string): Promise<RunAttempt[]>
  status(): Promise<HostStatus>
  /** Resolves with the run once its status is one of these. */
  until(id: string, ...statuses: RunStatus[]): Promise<Run>
  until(id: string, statuses: readonly RunStatus[], timeoutMs: number): Promise<Run>
  /** Ends it with SIGKILL; its watchdog too, before, when asked for. */
  kill(options?: { watchdog?: boolean }): Promise<void>
  /** Ends it with a signal that it may answer. */
  signal(signal: NodeJS.Signals): Promise<Awaited<ChildHandle['exited']>>
}

/** A data folder, a model, and hosts one after the other. All of it ends with the running test. */
export interface Scene {
  readonly folder: string
  readonly dataDir: string
  readonly model: ScriptedModel
  /** What the model does about a prompt that contains this text; may be changed at any time. */
  readonly prompts: Record<string, Scenario>
  start(options?: StartOptions): Promise<Host>
  /** Adds a new repository of one commit as a trusted project. */
  project(host: Host, name?: string): Promise<Project>
}

export interface StartOptions {
  readonly settings?: SettingsPatch
  readonly fleet?: HostOptions['fleet']
  /** Laid over OpenCode's configuration. */
  readonly config?: object
  /** More arguments for Node. */
  readonly node?: readonly string[]
  readonly env?: Record<string, string>
}

export async function openScene(): Promise<Scene> {
  const folder = tempFolder('crash')
  const dataDir = join(folder, 'data')
  const prompts: Record<string, Scenario> = {}
  const model = await startScriptedModel({ prompts })
  onTestFinished(() => model.close())
  return {
    folder,
    dataDir,
    model,
    prompts,
    start: ({ settings, fleet, config, node, env } = {}) =>
      startHost({ dataDir, token: TOKEN, modelUrl: model.url, settings, fleet, config }, { node, env }),
    async project(host, name = 'shop') {
      const path = join(folder, name)
      git(folder, 'init', '--quiet', path)
      git(path, 'commit', '--quiet', '--allow-empty', '--message', 'First')
      const project = await host.post<Project>('/projects.add', { path, name })
      return host.post<Project>('/projects.trust', { projectId: project.id })
    },
  }
}

/** Starts a host and waits until it listens. */
async function startHost(options: HostOptions, { node = [], env = {} }: Pick<StartOptions, 'node' | 'env'>): Promise<Host> {
  return awaitHost(startProcess({ command: process.execPath, args: [...node, PROGRAM, JSON.stringify(options)], env }))
}

/** Waits until a process says where it listens. It is killed with all that came from it when the running test ends. */
export async function awaitHost(child: ChildHandle): Promise<Host> {
  onTestFinished(async () => {
    await killTree({ identity: child.identity }, { clock: systemClock, graceMs: 0 })
  })
  const lines: string[] = []
  const listening = Promise.withResolvers<string>()
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      const url = /^listening on (\S+)$/.exec(line)?.[1]
      if (url) listening.resolve(url)
    })
  }
  void child.exited.then((exit) => listening.reject(new Error(`the host ended (${JSON.stringify(exit)}): ${lines.join('\n')}`)))
  const url = await listening.promise
  return connect(child, url, lines)
}

async function connect(child: ChildHandle, url: string, lines: readonly string[]): Promise<Host> {
  const send = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
    const response = await fetch(`${url}/api${path}`, { ...init, headers })
    const body = await response.json()
    if (!response.ok) throw new ApiError(response.status, body as { code: string; message: string })
    return body as T
  }
  const get = <T>(path: string) => send<T>(path)
  const post = <T>(path: string, body: unknown) => send<T>(path, { method: 'POST', body: JSON.stringify(body) })
  const { instanceId } = await get<HostStatus>('/status')
  const run = (id: string) => get<Run>(`/runs/${id}`)
  return {
    pid: child.pid,
    identity: child.identity,
    url,
    instanceId,
    exited: child.exited,
    lines,
    get,
    post,
    create: (request) => post('/runs.create', request),
    run,
    events: async (id) => (await get<{ events: RunEvent[] }>(`/runs/${id}/events?limit=5000`)).events,
    attempts: async (id) => (await get<{ attempts: RunAttempt[] }>(`/runs/${id}/attempts`)).attempts,
    status: () => get('/status'),
    until: (id: string, first: RunStatus | readonly RunStatus[], ...rest: (RunStatus | number)[]) =>
      vi.waitFor(
        async () => {
          const statuses = [first, rest].flat()
          const found = await run(id)
          if (!statuses.includes(found.status)) throw new Error(`${id} is ${found.status}: ${found.message} ${JSON.stringify(found.error)}`)
          return found
        },
        { timeout: typeof rest[0] === 'number' ? rest[0] : 90_000, interval: 50 },
      ),
    async kill({ watchdog = false } = {}) {
      if (watchdog) for (const pid of watchdogsOf(instanceId)) process.kill(pid, 'SIGKILL')
      process.kill(child.pid, 'SIGKILL')
      await child.exited
    },
    async signal(signal) {
      process.kill(child.pid, signal)
      return child.exited
    },
  }
}

const commandLine = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

/** The watchdog of a host: it carries no mark, but names the host's id as its argument. */
export const watchdogsOf = (instanceId: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && commandLine(Number(name)).includes(`\0${instanceId}`))
    .map(Number)
    .filter((pid) => commandLine(pid).includes('watchdog'))

/** Processes that a host has started and that still run. */
export const childrenOf = (instanceId: string): ProcessIdentity[] => findMarked({ name: 'CONTROLROOM_INSTANCE', value: instanceId })

/** Resolves when nothing of a dead host runs any more. */
export const untilNothingIsLeft = (instanceId: string, timeout = 8_000): Promise<void> =>
  vi.waitFor(
    () => {
      const left = [...childrenOf(instanceId).map(({ pid }) => pid), ...watchdogsOf(instanceId)]
      if (left.length) throw new Error(`still there: ${left.map((pid) => `${pid} ${commandLine(pid)}`).join('; ')}`)
    },
    { timeout, interval: 50 },
  )

/** Resolves once a condition holds. */
export const until = (what: () => boolean | Promise<boolean>, timeout = 60_000): Promise<void> =>
  vi.waitFor(
    async () => {
      if (!(await what())) throw new Error(`not so: ${what}`)
    },
    { timeout, interval: 20 },
  )

export { isAlive, processIdentity, type Worktree }
