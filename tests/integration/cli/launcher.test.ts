import { copyFileSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type RunResult, run } from '../../../src/main/platform/index.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'

failOnLeftovers()

const SCRIPTS = join(import.meta.dirname, '../../../scripts')

/** Stands in for the bundler: notes that it ran and writes one file for each part of a build. */
const BUILDER = `
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
appendFileSync('builds.log', 'built\\n')
for (const part of ['main', 'preload', 'renderer']) mkdirSync('out/' + part, { recursive: true })
writeFileSync('out/main/cli.js', 'console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 7')
writeFileSync('out/preload/index.cjs', '')
writeFileSync('out/renderer/index.html', '')
`

interface Installation {
  readonly root: string
  write(path: string, text: string): void
  launch(...args: string[]): Promise<RunResult>
  /** How often a build was made. */
  builds(): number
}

/** A repository with the launcher, one source and a bundler, not built yet. */
function makeInstallation(): Installation {
  const root = tempFolder()
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  mkdirSync(join(root, 'scripts'))
  for (const name of ['controlroom.mjs', 'build-if-needed.mjs', 'toolchain.mjs'])
    copyFileSync(join(SCRIPTS, name), join(root, 'scripts', name))
  write('package.json', '{"type": "module"}')
  write('src/main/index.ts', '')
  write('node_modules/electron-vite/bin/electron-vite.js', BUILDER)
  write('node_modules/electron-vite/package.json', '{"type": "module"}')
  write('builds.log', '')
  return {
    root,
    write,
    launch: (...args) => run(process.execPath, [join(root, 'scripts/controlroom.mjs'), ...args]),
    builds: () => readFileSync(join(root, 'builds.log'), 'utf8').split('\n').length - 1,
  }
}

const touch = (path: string, at: Date): void => utimesSync(path, at, at)
const soon = (): Date => new Date(Date.now() + 60_000)

describe('the controlroom launcher', () => {
  test('builds first, says so in one line, and passes arguments and exit code on', async () => {
    const { launch, builds } = makeInstallation()

    const { code, stdout, stderr } = await launch('doctor', '--data-dir', 'a b')

    expect({ code, stdout }).toEqual({ code: 7, stdout: '["doctor","--data-dir","a b"]\n' })
    expect(stderr).toMatch(/^Building Ops Control Room, .*\n$/)
    expect(builds()).toBe(1)
  })

  test('builds again only when a source has changed', async () => {
    const { launch, builds, root } = makeInstallation()
    await launch()

    expect((await launch()).stderr).toBe('')
    expect(builds()).toBe(1)
    touch(join(root, 'src/main/index.ts'), soon())
    await launch()
    expect(builds()).toBe(2)
    await launch()
    expect(builds()).toBe(2)
  })

  test('builds again when a source was removed', async () => {
    const { launch, builds, root, write } = makeInstallation()
    write('src/main/old.ts', '')
    await launch()
    rmSync(join(root, 'src/main/old.ts'))
    touch(join(root, 'src/main'), soon())

    await launch()

    expect(builds()).toBe(2)
  })

  test('builds once when several are started at one time', async () => {
    const { launch, builds } = makeInstallation()

    const results = await Promise.all([launch(), launch(), launch()])

    expect(results.map(({ code }) => code)).toEqual([7, 7, 7])
    expect(builds()).toBe(1)
  })

  test('takes over the turn to build from a process that died', async () => {
    const { launch, builds, write } = makeInstallation()
    const { stdout: deadPid } = await run(process.execPath, ['-p', 'process.pid'])
    write('out/.building', deadPid.trim())

    expect((await launch()).code).toBe(7)
    expect(builds()).toBe(1)
  })

  test('never builds an installation without sources', async () => {
    const { launch, builds, root } = makeInstallation()
    await launch()
    rmSync(join(root, 'src'), { recursive: true })
    touch(join(root, 'package.json'), soon())

    expect(await launch()).toMatchObject({ code: 7, stderr: '' })
    expect(builds()).toBe(1)
  })

  test('shows what the bundler said when the build fails', async () => {
    const { launch, write } = makeInstallation()
    write('node_modules/electron-vite/bin/electron-vite.js', 'console.log("line 3: no such thing"); process.exitCode = 1')

    const { code, stdout, stderr } = await launch()

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/line 3: no such thing\nThe build failed\.\n$/)
  })

  test('says what to do when there is neither a build nor a bundler', async () => {
    const { launch, root } = makeInstallation()
    rmSync(join(root, 'node_modules'), { recursive: true })

    expect(await launch()).toMatchObject({ code: 1, stderr: expect.stringContaining('npm install') })
  })
})
