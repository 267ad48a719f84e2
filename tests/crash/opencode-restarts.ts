/**
 * Every way in which OpenCode may come back, and every moment in which the host may die while a run waits for that.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'vitest'
import { findBinary } from '../../src/main/agents/index.ts'
import { dataPaths, processIdentity } from '../../src/main/platform/index.ts'
import type { DispatchedRun } from '../../src/shared/contract/index.ts'
import type { Run, RunSummary } from '../../src/shared/models/index.ts'
import { type Host, openScene, type Scene, type StartOptions, until, untilNothingIsLeft } from './scene.ts'

/**
 * When the host dies: right before or after it is stored whom the run waits for, when the old server is gone and the next one starts, or not at all. `stopped` is
 * the same moment as `gone`, but the host is told to stop.
 */
export type Moment = 'before' | 'after' | 'gone' | 'stopped' | 'never'

export interface Row {
  readonly options?: object
  /** The version that the launcher names and the one that its server then has, when these are not those of the real program. */
  readonly versions?: { readonly named: string; readonly served: string }
  /** The server that comes back has to wait at its start until it is let go. */
  readonly gate?: true
  /** The clock is an hour ahead while the old server starts. */
  readonly clockAhead?: true
  /** Done while the server that comes back waits at its start, which is then let go; without it nobody lets it go before the run has ended. */
  readonly meanwhile?: (scene: RestartScene) => void
  readonly ending: { readonly outcome: Run['outcome']; readonly words?: string }
  /** Where a death changes who can be compared. */
  readonly endingAfterBefore?: Row['ending']
}

interface RestartScene extends Scene {
  readonly at: (file: string) => string
  /** The server that waits at its start. */
  waitingPid(): number
}

/** Whom the run waits for becomes the very process that comes back: the system never gives a process the id and the start time of another. */
const forgeInstance = ({ dataDir, waitingPid }: RestartScene): void => {
  const { pid, startTime } = processIdentity(waitingPid())!
  const database = new DatabaseSync(dataPaths(dataDir).database)
  database.exec('PRAGMA busy_timeout = 10000')
  database
    .prepare(`UPDATE runs SET reconnect = json_set(reconnect, '$.oldInstanceId', ?) WHERE status = 'awaiting_reconnect'`)
    .run(`${pid}.${startTime}`)
  database.close()
}

const ROWS: Readonly<Record<string, Row>> = {
  'a new instance of the same build': { ending: { outcome: 'success' } },
  'a new instance of the version that was expected': {
    options: { expectedVersion: '1.98.7' },
    versions: { named: '1.98.7', served: '1.98.7' },
    ending: { outcome: 'success' },
  },
  'a new instance of the old build, where another version was expected': {
    options: { expectedVersion: '1.99.0' },
    ending: { outcome: 'stale_binary', words: 'still is the old build' },
  },
  'an unknown build': {
    versions: { named: '1.18.33', served: '1.98.7' },
    ending: { outcome: 'suspicious', words: 'neither the expected build nor the old one' },
  },
  'the same instance': {
    gate: true,
    meanwhile: forgeInstance,
    ending: { outcome: 'suspicious', words: 'the very process' },
  },
  'a process that started before the old one': {
    clockAhead: true,
    ending: { outcome: 'suspicious', words: 'started before the old one' },
    // The old one died with the host, and the next try has none to compare with.
    endingAfterBefore: { outcome: 'success' },
  },
  nobody: {
    options: { deadlineMs: 1_500 },
    gate: true,
    ending: { outcome: 'timed_out', words: 'did not come back in time' },
  },
}

const endingAt = (row: Row, moment: Moment): Row['ending'] => (moment === 'before' && row.endingAfterBefore) || row.ending

/** The rows of one moment, each with its ending and with who comes back. */
export const rowsAt = (moment: Moment): [outcome: string, who: string, Row][] =>
  Object.entries(ROWS).map(([who, row]) => [String(endingAt(row, moment).outcome), who, row])

const WAITS = 'UPDATE runs SET status = .* awaiting_reconnect'
const HOUR_MS = 3_600_000

/** Writes the launcher: it counts its starts and, from the second on, says that it is there and waits while there is a gate. */
async function writeLauncher(at: RestartScene['at'], { versions }: Row): Promise<string> {
  const real = await findBinary(null)
  const other = `${process.execPath} ${join(import.meta.dirname, 'opencode-of-version.mjs')} ${real}`
  const serve = versions ? `if [ $n -gt 1 ]; then exec ${other} ${versions.served} "$@"; else exec ${other} 1.18.33 "$@"; fi` : ''
  writeFileSync(
    at('opencode'),
    `#!/bin/sh
if [ "$1" = serve ]; then
  n=$(($(cat ${at('starts')} 2>/dev/null || echo 0) + 1))
  echo $n > ${at('starts')}
  if [ $n -gt 1 ]; then
    echo $$ > ${at('waits.new')}; mv ${at('waits.new')} ${at('waits')}
    while [ -e ${at('gate')} ]; do sleep 0.02; done
  fi
  ${serve}
elif [ -e ${at('updated')} ]; then
  exec cat ${at('updated')}
fi
exec ${real} "$@"
`,
    { mode: 0o755 },
  )
  return at('opencode')
}

async function openRestartScene(): Promise<RestartScene> {
  const scene = await openScene()
  const at = (file: string): string => join(scene.folder, file)
  return { ...scene, at, waitingPid: () => Number(readFileSync(at('waits'), 'utf8')) }
}

/** Has a run restart OpenCode, lets the host die, and looks at how the run ends in the host that is there then. */
export async function checkRestart(row: Row, moment: Moment): Promise<void> {
  const scene = await openRestartScene()
  const { at } = scene
  const binary = await writeLauncher(at, row)
  const settings = { opencode: { binary } }
  const first = await scene.start({ settings, ...preloads(row, moment, at) })
  if (row.clockAhead) writeFileSync(at('ahead'), '')
  // The clock is looked at again every 20 ms.
  if (row.clockAhead) await new Promise((later) => setTimeout(later, 100))
  await first.get('/models')
  rmSync(at('ahead'), { force: true })
  if (row.versions) writeFileSync(at('updated'), row.versions.named)
  if (row.gate || moment === 'gone' || moment === 'stopped') writeFileSync(at('gate'), '')

  // A host that dies of it does not answer.
  const asked = first.post<{ runs: DispatchedRun[] }>('/dispatch', { op: 'opencode.restart', options: row.options ?? {} })
  await (moment === 'never' ? asked : asked.catch(() => {}))
  const host = await survive(scene, first, moment, row, settings)
  if (row.meanwhile) {
    await until(() => existsSync(at('waits')))
    await until(async () => (await theRun(host)).status === 'awaiting_reconnect')
    row.meanwhile(scene)
    rmSync(at('gate'))
  }

  const { id } = await theRun(host)
  const run = await host.until(id, ['succeeded', 'failed', 'cancelled'], 60_000)
  const again = moment === 'before'
  const { outcome, words = '' } = endingAt(row, moment)
  expect({ outcome: run.outcome, attempt: run.attempt, lost: run.lost, error: run.error?.message ?? '' }).toEqual({
    outcome,
    attempt: again ? 2 : 1,
    lost: again ? 1 : 0,
    error: expect.stringContaining(words),
  })
  if (outcome === 'timed_out') {
    rmSync(at('gate'))
    // A host that was away past the deadline has no reason of its own to start the server.
    await host.get('/models')
    await until(async () => (await host.run(id)).reconnect?.seenAt != null)
  }
  expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
}

function preloads(row: Row, moment: Moment, at: RestartScene['at']): Pick<StartOptions, 'node' | 'env'> {
  const dies = moment === 'before' || moment === 'after'
  const files = [...(dies ? ['die-at-commit.ts'] : []), ...(row.clockAhead ? ['shift-clock.ts'] : [])]
  return {
    node: files.flatMap((file) => ['--import', join(import.meta.dirname, file)]),
    env: {
      ...(dies && { DIE_AT: WAITS, DIE_WHEN: moment }),
      ...(row.clockAhead && { CLOCK_AHEAD_MS: String(HOUR_MS), CLOCK_AHEAD_WHILE: at('ahead') }),
    },
  }
}

/** The host that is there after the moment. */
async function survive(scene: RestartScene, first: Host, moment: Moment, row: Row, settings: StartOptions['settings']): Promise<Host> {
  if (moment === 'never') return first
  if (moment === 'gone' || moment === 'stopped') {
    await until(() => existsSync(scene.at('waits')))
    if (moment === 'gone') await first.kill()
    else expect(await first.signal('SIGTERM')).toMatchObject({ code: 0 })
  }
  await first.exited
  await untilNothingIsLeft(first.instanceId)
  rmSync(scene.at('waits'), { force: true })
  if (!row.gate) rmSync(scene.at('gate'), { force: true })
  return scene.start({ settings })
}

const theRun = async (host: Host): Promise<RunSummary> => (await host.get<{ runs: RunSummary[] }>('/runs')).runs[0]!
