import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it, onTestFinished } from 'vitest'
import { makeSampleProject } from '../../src/main/demo/sample-project.ts'
import { type ChildHandle, killTree, startProcess, systemClock } from '../../src/main/platform/index.ts'
import { git } from '../support/git.ts'
import { failOnLeftovers, tempFolder } from '../support/temp.ts'
import { until, untilNothingIsLeft } from './scene.ts'

failOnLeftovers()

const CLI = join(import.meta.dirname, '../../src/main/cli/index.ts')

/** Starts `controlroom demo` in a home of its own. */
function demo(folder: string, ...args: string[]): ChildHandle & { lines: string[] } {
  const child = startProcess({
    command: process.execPath,
    args: [CLI, 'demo', '--data-dir', join(folder, 'data'), ...args],
    env: { HOME: folder, XDG_CONFIG_HOME: undefined, XDG_DATA_HOME: undefined, CONTROLROOM_DATA_DIR: undefined },
  })
  onTestFinished(async () => void (await killTree({ identity: child.identity }, { clock: systemClock, graceMs: 0 })))
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', (line) => lines.push(line))
  return { ...child, lines }
}

it('the demo, stopped in the middle with Ctrl-C, leaves nothing running, and the next one says what was interrupted and finishes everything', async () => {
  const folder = tempFolder('demo')
  const first = demo(folder, '--runs', '2')
  await until(
    () =>
      first.lines.some((line) => / running /.test(line) && /CSV/.test(line)) &&
      first.lines.some((line) => / running /.test(line) && /tests/.test(line)),
    60_000,
  )
  const { instanceId } = JSON.parse(readFileSync(join(folder, 'data', 'instance.json'), 'utf8')) as { instanceId: string }

  process.kill(first.pid, 'SIGINT')
  expect(await first.exited).toEqual({ code: 0, signal: null })
  await untilNothingIsLeft(instanceId, 1_000)
  expect(first.lines.join('\n')).not.toMatch(/All runs have ended|failed/)

  const second = demo(folder, '--once', '--json', '--runs', '1')
  expect(await second.exited, second.lines.join('\n')).toEqual({ code: 0, signal: null })
  expect(second.lines).toContain('2 runs were interrupted last time and go on now')
  const figures = JSON.parse(second.lines.at(-1)!)
  expect(figures).toEqual({
    runs: 1,
    succeeded: 1,
    failed: 0,
    seconds: expect.any(Number),
    project: join(folder, 'data', 'demo', 'invoices'),
    dataDir: join(folder, 'data'),
  })
  const told = second.lines.filter((line) => /: succeeded, \d+ files? changed in /.test(line))
  expect(told).toHaveLength(3)
  for (const line of told) expect(existsSync(line.slice(line.lastIndexOf(' in ') + 4))).toBe(true)
  expect(git(figures.project, 'worktree', 'list').split('\n')).toHaveLength(4)
}, 180_000)

it('a sample project that was left half made is made anew', async () => {
  const folder = join(tempFolder('demo'), 'invoices')
  await makeSampleProject(folder)
  git(folder, 'update-ref', '-d', 'HEAD')
  for (const lock of ['index.lock', 'HEAD.lock', 'config.lock']) writeFileSync(join(folder, '.git', lock), '')

  await makeSampleProject(folder)

  expect(git(folder, 'log', '--format=%s')).toBe('A program that adds up invoices')
  expect(git(folder, 'status', '--porcelain')).toBe('')
})
