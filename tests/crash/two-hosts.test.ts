import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { run } from '../../src/main/platform/index.ts'
import { failOnLeftovers } from '../support/temp.ts'
import { openScene } from './scene.ts'

failOnLeftovers()

const CLI = join(import.meta.dirname, '../../src/main/cli/index.ts')
const serve = (dataDir: string) => run(process.execPath, [CLI, 'serve', '--data-dir', dataDir, '--port', '0'], { timeoutMs: 30_000 })

describe('one data folder', () => {
  it('has one host: a second one says so in one sentence and leaves the first alone', async () => {
    const { start, dataDir } = await openScene()
    const first = await start()
    const instance = readFileSync(join(dataDir, 'instance.json'), 'utf8')

    const [second, third] = await Promise.all([serve(dataDir), serve(dataDir)])

    for (const { code, stdout, stderr } of [second, third]) {
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toMatch(/^Another Ops Control Room \(process \d+\) is using .*; stop it or choose another --data-dir\.\n$/)
    }
    expect(readFileSync(join(dataDir, 'instance.json'), 'utf8')).toBe(instance)
    const { id } = await first.create({ steps: [{ op: 'shell', params: { command: 'true' } }] })
    expect((await first.until(id, 'succeeded', 'failed')).status).toBe('succeeded')
    expect(await first.signal('SIGTERM')).toMatchObject({ code: 0 })
  })

  it.each([
    ['of a host that was killed', null],
    ['of a process that only has the number of the host', { pid: process.pid, startTime: 'another' }],
    ['that a power cut left empty', ''],
  ])('takes over the lock and the address %s', async (_, left) => {
    const { start, dataDir } = await openScene()
    const dead = await start()
    await dead.kill()
    for (const name of left === null ? [] : ['host.lock', 'instance.json']) {
      writeFileSync(
        join(dataDir, name),
        left === '' ? '' : JSON.stringify({ ...(left as object), instanceId: 'x', url: 'http://127.0.0.1:9', token: 'x' }),
      )
    }

    const host = await start()

    expect((await host.status()).state).toBe('ready')
    expect(JSON.parse(readFileSync(join(dataDir, 'instance.json'), 'utf8'))).toMatchObject({ pid: host.pid, url: host.url })
    expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
  })
})
