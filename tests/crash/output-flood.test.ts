import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { failOnLeftovers } from '../support/temp.ts'
import { type Host, openScene } from './scene.ts'

failOnLeftovers()

/** The most memory that a host has used, in bytes. */
const peakMemory = ({ pid }: Host): number => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1_024

it('a command that floods its output has to wait for the host: memory and database stay small, and the end of it is there', async () => {
  const scene = await openScene()
  const host = await scene.start()
  const before = peakMemory(host)
  const { id } = await host.create({
    steps: [{ op: 'shell', params: { command: 'yes a line of output | head -n 30000000; echo that was all' } }],
  })

  expect(await host.until(id, 'succeeded', 'failed')).toMatchObject({ status: 'succeeded', message: 'that was all' })
  const log = (await host.events(id)).filter(({ kind }) => kind === 'log')
  const kept = log.reduce((sum, { message }) => sum + message.length, 0)
  expect(kept).toBeGreaterThan(10_000_000)
  expect(kept).toBeLessThan(11_000_000)
  expect(log.at(-1)!.message).toMatch(/^… [\s\S]*a line of output\nthat was all$/)
  expect(peakMemory(host) - before).toBeLessThan(300_000_000)
  expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
})
