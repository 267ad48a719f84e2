import { spawn } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { tempFolder } from '../temp.ts'

/** A docker command on the PATH of the running test, with a daemon that is none. */
export interface FakeDocker {
  /** What it was asked, in order. */
  calls(): string[][]
  containers(): { id: string; name: string; labels: string[]; pid: number; env: Record<string, string>; image: string }[]
  /** `down`: no daemon; `no-stop`: `docker stop` does nothing; `stuck`: nothing ends a container. */
  mode(mode: 'down' | 'no-stop' | 'stuck' | ''): void
  /** Starts a container whose command is then killed, as by a host that died. Resolves once it runs on its own. */
  leaveBehind(...args: string[]): Promise<void>
}

export function installDocker(): FakeDocker {
  const folder = tempFolder('docker')
  const bin = tempFolder('bin')
  const program = join(bin, 'docker')
  const script = join(import.meta.dirname, 'command.cjs')
  writeFileSync(program, `#!/bin/sh\nFAKE_DOCKER='${folder}' exec '${process.execPath}' '${script}' "$@"\n`)
  chmodSync(program, 0o755)
  setPath(bin + delimiter + process.env.PATH)

  const containers: FakeDocker['containers'] = () => {
    const place = join(folder, 'containers')
    return existsSync(place) ? readdirSync(place).map((name) => JSON.parse(readFileSync(join(place, name), 'utf8'))) : []
  }
  onTestFinished(() => {
    for (const { pid } of containers()) endGroup(pid)
  })
  return {
    containers,
    calls: () =>
      existsSync(join(folder, 'calls'))
        ? readFileSync(join(folder, 'calls'), 'utf8')
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line))
        : [],
    mode: (mode) => writeFileSync(join(folder, 'mode'), mode),
    async leaveBehind(...args) {
      const command = spawn('docker', ['run', ...args], { stdio: 'ignore' })
      const before = containers().length
      while (containers().length === before) await new Promise((resolve) => setImmediate(resolve))
      await new Promise((resolve) => {
        command.once('exit', resolve)
        command.kill('SIGKILL')
      })
    },
  }
}

/** Puts a PATH in place until the running test ends. */
export function setPath(path: string): void {
  const before = process.env.PATH
  process.env.PATH = path
  onTestFinished(() => {
    process.env.PATH = before
  })
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Ended already.
  }
}
