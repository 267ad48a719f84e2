import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { startProcess } from '../../../src/main/platform/index.ts'
import { failOnLeftovers } from '../../support/temp.ts'

failOnLeftovers()

const SIGNALS = new URL('../../../src/main/headless/signals.ts', import.meta.url).href

/** Starts a process whose orderly stop is `stop`, and waits until it listens for signals. */
async function startStopping(
  stop: string,
  limits: { stopMs?: number; echoMs?: number } = {},
): Promise<ReturnType<typeof startProcess> & { lines: string[] }> {
  const program = `
    import { endOnSignal } from '${SIGNALS}'
    const keepAlive = setInterval(() => {}, 1000)
    endOnSignal(${stop}, { exit: (code) => process.exit(code), tell: console.log, ...${JSON.stringify(limits)} })
    console.log('ready')`
  const child = startProcess({ command: process.execPath, args: ['--input-type=module', '-e', program] })
  const lines: string[] = []
  const output = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  await once(output, 'line')
  return { ...child, lines }
}

describe('the end of the host', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s stops in order and ends with 0', async (signal) => {
    const child = await startStopping(`async () => console.log('stopped')`)

    process.kill(child.pid, signal)

    expect(await child.exited).toMatchObject({ code: 0 })
    expect(child.lines).toEqual(['ready', 'stopped'])
  })

  test('a second signal ends at once', async () => {
    const child = await startStopping(`() => { console.log('stopping'); return new Promise(() => {}) }`, { echoMs: 0 })

    process.kill(child.pid, 'SIGTERM')
    await expect.poll(() => child.lines).toContain('stopping')
    process.kill(child.pid, 'SIGTERM')

    expect(await child.exited).toMatchObject({ code: 143 })
  })

  test('the echo of a signal, passed on by a launcher, does not hurry the stop', async () => {
    const child = await startStopping(
      `async () => { console.log('stopping'); await new Promise((done) => process.once('SIGINT', done)); console.log('stopped') }`,
      { echoMs: 60_000 },
    )

    process.kill(child.pid, 'SIGTERM')
    await expect.poll(() => child.lines).toContain('stopping')
    process.kill(child.pid, 'SIGINT')

    expect(await child.exited).toMatchObject({ code: 0 })
    expect(child.lines.at(-1)).toBe('stopped')
  })

  test('a stop that hangs is not waited for beyond its limit', async () => {
    const child = await startStopping('() => new Promise(() => {})', { stopMs: 50 })

    process.kill(child.pid, 'SIGTERM')

    expect(await child.exited).toMatchObject({ code: 0 })
    expect(child.lines.at(-1)).toMatch(/did not stop in time/)
  })

  test('a stop that fails says why and ends with 1', async () => {
    const child = await startStopping(`async () => { throw new Error('the disk is full') }`)

    process.kill(child.pid, 'SIGTERM')

    expect(await child.exited).toMatchObject({ code: 1 })
    expect(child.lines.at(-1)).toMatch(/the disk is full/)
  })
})
