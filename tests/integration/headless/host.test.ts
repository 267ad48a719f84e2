import { existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type HeadlessHost, type HeadlessHostOptions, readInstance, startHeadlessHost } from '../../../src/main/headless/index.ts'
import { AppError } from '../../../src/shared/models/index.ts'
import { createFakeCore } from '../../support/fake-core.ts'
import { tempFolder } from '../../support/temp.ts'

/** A host with a fake core in a folder of its own, stopped when the test ends. */
async function start(options: Partial<HeadlessHostOptions> = {}): Promise<HeadlessHost & { dataDir: string }> {
  const dataDir = options.dataDir ?? tempFolder()
  const host = await startHeadlessHost({ dataDir, port: 0, pageFolder: dataDir, createCore: async () => createFakeCore(), ...options })
  onTestFinished(() => host.stop())
  return { ...host, dataDir }
}

const isPortTaken = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

describe('the headless host', () => {
  test('leaves its address and token for other commands while it runs', async () => {
    const host = await start({ token: 'a-chosen-token' })

    expect(host.openUrl).toBe(`${host.url}/#token=a-chosen-token`)
    expect(readInstance(host.dataDir)).toMatchObject({ url: host.url, token: 'a-chosen-token', pid: process.pid })
    const { url, token } = readInstance(host.dataDir)!
    expect((await fetch(`${url}/api/status`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)

    await host.stop()
    expect(existsSync(join(host.dataDir, 'instance.json'))).toBe(false)
    expect(await isPortTaken(host.url)).toBe(false)
  })

  test('makes a new token for each start', async () => {
    const [one, two] = [await start(), await start()]

    expect(new URL(one.openUrl).hash.length).toBeGreaterThan(40)
    expect(one.openUrl.split('#')[1]).not.toBe(two.openUrl.split('#')[1])
  })

  test('says what to do when the port is taken, before it touches the data folder', async () => {
    const first = await start()
    let made = 0
    const second = start({
      port: Number(new URL(first.url).port),
      createCore: async () => {
        made += 1
        return createFakeCore()
      },
    })

    await expect(second).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('--port') })
    expect(made).toBe(0)
  })

  test('frees the port when the core does not start', async () => {
    const dataDir = tempFolder()
    const failing = start({
      dataDir,
      createCore: async () => {
        throw new AppError('CONFLICT', 'Another host is using this folder.')
      },
    })

    await expect(failing).rejects.toThrow('Another host is using this folder.')
    expect(readInstance(dataDir)).toBeNull()
  })

  test('stops the core once, and before the server, so that its screens see it', async () => {
    const calls: string[] = []
    let url = ''
    const host = await start({
      createCore: async () =>
        createFakeCore({
          async stop() {
            calls.push(`core stopped, ${(await fetch(`${url}/api/health`)).status}`)
          },
        }),
    })
    url = host.url

    await Promise.all([host.stop(), host.stop()])

    expect(calls).toEqual(['core stopped, 200'])
  })

  test('closes everything even when the core does not stop well', async () => {
    const host = await start({ createCore: async () => createFakeCore({ stop: () => Promise.reject(new Error('stuck')) }) })

    await host.stop()

    expect(await isPortTaken(host.url)).toBe(false)
    expect(readFileSync(join(host.dataDir, 'logs/host.log'), 'utf8')).toContain('stuck')
  })

  test('never logs its token', async () => {
    const host = await start({ token: 'not-for-the-log-file' })
    await fetch(`${host.url}/api/runs?token=not-for-the-log-file`, { headers: { authorization: 'Bearer not-for-the-log-file' } })
    await host.stop()

    expect(readFileSync(join(host.dataDir, 'logs/host.log'), 'utf8')).not.toContain('not-for-the-log-file')
  })
})
