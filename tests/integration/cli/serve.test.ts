import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, onTestFinished, test } from 'vitest'
import { followToEnd } from '../../../src/main/cli/follow.ts'
import { attach } from '../../../src/main/cli/host-client.ts'
import { type ChildHandle, killTree, startProcess, systemClock } from '../../../src/main/platform/index.ts'
import { Run } from '../../../src/shared/models/index.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'

failOnLeftovers()

const COMMAND_LINE = join(import.meta.dirname, '../../../src/main/cli/index.ts')

interface Served extends ChildHandle {
  /** Lines on stdout and stderr so far. */
  readonly out: readonly string[]
  readonly err: readonly string[]
}

/** Starts `controlroom serve` in a process of its own. It is gone when the test ends. */
function startServe(dataDir: string, ...args: string[]): Served {
  const child = startProcess({ command: process.execPath, args: [COMMAND_LINE, 'serve', '--data-dir', dataDir, ...args] })
  onTestFinished(async () => {
    await killTree({ identity: child.identity }, { clock: systemClock })
    await child.exited
  })
  const readLines = (stream: ChildHandle['stdout']): string[] => {
    const lines: string[] = []
    createInterface({ input: stream }).on('line', (line) => lines.push(line))
    return lines
  }
  return { ...child, out: readLines(child.stdout), err: readLines(child.stderr) }
}

/** Waits until the host says that it is ready. */
async function ready(served: Served): Promise<void> {
  await expect.poll(() => [...served.out, ...served.err].length, { timeout: 60_000 }).toBeGreaterThan(1)
  expect(served.err).toEqual([])
}

describe('controlroom serve', () => {
  test('says where it listens and how to open it, serves real runs, and ends in order on SIGTERM', async () => {
    const dataDir = tempFolder()
    const host = startServe(dataDir, '--port', '0')
    await ready(host)

    const [listening = '', open = ''] = host.out
    expect(listening).toMatch(/^listening on http:\/\/127\.0\.0\.1:\d+$/)
    expect(open).toMatch(/^open http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/)
    expect(statSync(join(dataDir, 'instance.json')).mode & 0o777).toBe(0o600)

    const steps = [{ op: 'shell', params: { command: 'echo one; echo two' } }]
    const { id } = await attach(dataDir).post('/runs.create', { title: 'Two lines', steps }, Run)
    const seqs: number[] = []
    const ended = await followToEnd(
      () => attach(dataDir),
      id,
      (event) => seqs.push(event.seq),
    )
    expect(ended).toMatchObject({ title: 'Two lines', status: 'succeeded', outcome: 'success', progress: 1 })
    expect(seqs).toEqual(seqs.map((_, at) => at + 1))
    expect(seqs.length).toBeGreaterThan(0)

    process.kill(host.pid, 'SIGTERM')
    expect(await host.exited).toMatchObject({ code: 0 })
    expect(host.err).toEqual([])
    expect(existsSync(join(dataDir, 'instance.json'))).toBe(false)
  })

  test('refuses a data folder that another host is using, in one sentence', async () => {
    const dataDir = tempFolder()
    const first = startServe(dataDir, '--port', '0')
    await ready(first)

    const second = startServe(dataDir, '--port', '0')

    expect(await second.exited).toMatchObject({ code: 1 })
    expect(second.out).toEqual([])
    expect(second.err).toEqual([expect.stringMatching(/is using .+; stop it or choose another --data-dir\.$/)])
    expect(attach(dataDir)).toBeDefined()
  })

  test('refuses a port that is taken, in one sentence', async () => {
    const first = startServe(tempFolder(), '--port', '0')
    await ready(first)
    const port = first.out[0]?.split(':').at(-1) ?? ''

    const second = startServe(tempFolder(), '--port', port)

    expect(await second.exited).toMatchObject({ code: 1 })
    expect(second.err).toEqual([`Port ${port} is in use; choose another one with --port, or 0 for any that is free.`])
  })
})
