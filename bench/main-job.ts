/**
 * What the main job costs: `npm run bench -- [--runs 10] [--rounds 3]`.
 *
 * Everything is measured in one run on one machine: the built headless host with the real OpenCode binary and the scripted model, against a bare script
 * that makes the same worktrees and the same SDK calls. What counts are the ratio and the delays, not the seconds.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { createOpencodeClient } from '@opencode-ai/sdk/v2/client'
import { createCore } from '../src/main/core.ts'
import { opencodeConfig, type ScriptedModel, startScriptedModel } from '../src/main/demo/scripted-model.ts'
import { silentLogger, systemClock } from '../src/main/platform/index.ts'
import { CreateRun } from '../src/shared/contract/runs.ts'
import { isEnded } from '../src/shared/models/index.ts'
import { memorySettings } from '../tests/support/core.ts'
import { startBareServer } from './bare-server.ts'
import { median, percentile } from './figures.ts'
import { measureStart } from './host-start.ts'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '10' }, rounds: { type: 'string', default: '3' } } })
const RUNS = Number(values.runs)
const ROUNDS = Number(values.rounds)

/** One edit, then 40 pieces of text, 50 ms apart: two seconds of an agent at work. */
const PROMPT = (i: number, round: string): string =>
  `@@fake ${JSON.stringify({ salt: `${round}-${i}`, steps: [{ tools: [{ name: 'write', args: { filePath: `file-${i}.txt`, content: `by ${i}\n` } }] }, { text: 'done', chunks: 40, delayMs: 50, stamp: true }] })}`

const folder = mkdtempSync(join(tmpdir(), 'controlroom-bench-'))
const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Bench', '-c', 'user.email=bench@localhost', ...args], { cwd, encoding: 'utf8' })

function makeRepository(name: string): string {
  const path = join(folder, name)
  git(folder, 'init', '--quiet', path)
  git(path, 'commit', '--quiet', '--allow-empty', '-m', 'First')
  return path
}

/** All runs through the app. Seconds from the first request to the last ending, chunk delays in ms, first-token delays in ms. */
async function throughTheApp(model: ScriptedModel, round: string) {
  const limit = { global: RUNS, project: RUNS, provider: RUNS }
  const core = await createCore({
    dataDir: join(folder, `data-${round}`),
    host: 'headless',
    ports: { settings: memorySettings({ limits: limit, opencode: { policy: 'allow-all' } }), clock: systemClock },
    logger: silentLogger,
    isolatedAgents: true,
    opencodeConfig: opencodeConfig(model.url),
  })
  await core.ready
  await core.lanes.update('A', { limit: RUNS })
  const project = await core.projects.add({ path: makeRepository(`app-${round}`) })
  await core.projects.trust(project.id, true)
  // Both sides start with a server that is up: what is compared is the work, and the start of the server is the same program.
  await core.host.models()

  const loop = monitorEventLoopDelay({ resolution: 5 })
  loop.enable()
  const chunkDelays: number[] = []
  const firstTokens: number[] = []
  const end = new AbortController()
  const follow = async (id: string, askedAt: number): Promise<void> => {
    let first = true
    for await (const message of core.runs.follow(id, 0, end.signal)) {
      if (message.type !== 'delta') continue
      const now = performance.timeOrigin + performance.now()
      if (first) firstTokens.push(now - askedAt)
      first = false
      const sentAt = message.text.match(/\[t=([\d.]+)\]$/)?.[1]
      if (sentAt) chunkDelays.push(now - Number(sentAt))
    }
  }
  const startedAt = performance.now()
  const runIds = await Promise.all(
    Array.from({ length: RUNS }, async (_, i) => {
      const askedAt = performance.timeOrigin + performance.now()
      const { id } = await core.runs.create(
        CreateRun.parse({ prompt: PROMPT(i, `app-${round}`), projectId: project.id, model: 'fake/fake' }),
      )
      void follow(id, askedAt)
      return id
    }),
  )
  const open = new Set(runIds)
  const done = new AbortController()
  const failed: string[] = []
  for await (const message of core.live.watch(undefined, done.signal)) {
    const rows =
      message.type === 'snapshot'
        ? message.state.runs
        : message.changes.flatMap((change) => (change.collection === 'runs' && change.value ? [change.value] : []))
    for (const run of rows) {
      if (!isEnded(run.status) || !open.delete(run.id)) continue
      if (run.status !== 'succeeded') failed.push(`${run.id}: ${run.error?.message}`)
    }
    if (open.size === 0) done.abort()
  }
  const seconds = (performance.now() - startedAt) / 1000
  loop.disable()
  if (failed.length) throw new Error(`runs failed: ${failed.join('; ')}`)
  const rssMb = process.memoryUsage().rss / 1024 / 1024
  end.abort()
  await core.stop()
  return { seconds, chunkDelays, firstTokens, loopP99: loop.percentile(99) / 1e6, rssMb }
}

/**
 * The same worktrees and the same SDK calls, with nothing around them. As in the app, two folders start at once, and a folder has started when its session
 * is busy with an answer: without such a rule, a server with many folders answers nobody.
 */
async function bare(model: ScriptedModel, round: string): Promise<number> {
  const server = await startBareServer(join(folder, `bare-data-${round}`), model.url)
  const repository = makeRepository(`bare-${round}`)
  const events = createOpencodeClient({ baseUrl: server.url, headers: server.headers })
  const idle = new Map<string, () => void>()
  const started = new Map<string, () => void>()
  const answering = new Set<string>()
  const stop = new AbortController()
  const subscription = await events.global.event({ signal: stop.signal, sseMaxRetryAttempts: 1 })
  void (async () => {
    for await (const { payload } of subscription.stream) {
      const { type, properties } = payload as {
        type: string
        properties: { sessionID?: string; info?: { role: string }; status?: { type: string }; part?: { type: string } }
      }
      if (!properties?.sessionID) continue
      const { sessionID, info, status, part } = properties
      if (type === 'message.updated' && info?.role === 'assistant') answering.add(sessionID)
      if ((status?.type === 'busy' && answering.has(sessionID)) || part?.type === 'step-start') started.get(sessionID)?.()
      if (type === 'session.idle') idle.get(sessionID)?.()
    }
  })().catch(() => {})
  const gate: (() => void)[] = []
  let starting = 0
  const enter = async (): Promise<void> => {
    if (starting >= 2) await new Promise<void>((go) => gate.push(go))
    starting++
  }
  const leave = (): void => {
    starting--
    gate.shift()?.()
  }
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: RUNS }, async (_, i) => {
      const directory = join(folder, `bare-${round}-${i}`)
      git(repository, 'worktree', 'add', '--quiet', '-b', `task-${i}`, directory)
      await enter()
      const client = createOpencodeClient({ baseUrl: server.url, directory, headers: server.headers })
      const session = await client.session.create({ title: `run ${i}`, permission: [{ permission: '*', pattern: '*', action: 'allow' }] })
      if (!session.data) throw new Error(`the bare script got no session: ${session.error}`, { cause: session.error })
      const sessionID = session.data.id
      const ended = new Promise<void>((resolve) => idle.set(sessionID, resolve))
      const begun = new Promise<void>((resolve) => started.set(sessionID, resolve))
      await client.session.promptAsync({
        sessionID,
        model: { providerID: 'fake', modelID: 'fake' },
        parts: [{ type: 'text', text: PROMPT(i, `bare-${round}`) }],
      })
      await begun
      leave()
      await ended
      git(directory, 'status', '--porcelain')
    }),
  )
  const seconds = (performance.now() - startedAt) / 1000
  stop.abort()
  await server.stop()
  return seconds
}

const model = await startScriptedModel()
try {
  const start = await measureStart(join(folder, 'start'), 5)
  console.log(`start to "listening on": median ${Math.round(median(start))} ms of ${start.length}`)
  const ratios: number[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    // Which side goes first changes each round: a warm disk favours nobody.
    const order = round % 2 ? ['app', 'bare'] : ['bare', 'app']
    let app: Awaited<ReturnType<typeof throughTheApp>> | undefined
    let bareSeconds = 0
    for (const side of order) {
      if (side === 'app') app = await throughTheApp(model, String(round))
      else bareSeconds = await bare(model, String(round))
    }
    ratios.push(app!.seconds / bareSeconds)
    console.log(
      `round ${round}: ${RUNS} runs, app ${app!.seconds.toFixed(2)} s, bare ${bareSeconds.toFixed(2)} s, ratio ${ratios.at(-1)!.toFixed(3)}; ` +
        `first token median ${Math.round(median(app!.firstTokens))} ms; chunk to feed p50 ${percentile(app!.chunkDelays, 0.5).toFixed(0)} p95 ${percentile(app!.chunkDelays, 0.95).toFixed(0)} ms; ` +
        `host loop delay p99 ${app!.loopP99.toFixed(1)} ms; host RSS ${Math.round(app!.rssMb)} MB`,
    )
  }
  console.log(`wall time through the app / bare: median ${median(ratios).toFixed(3)}`)
} finally {
  await model.close()
  rmSync(folder, { recursive: true, force: true })
}
