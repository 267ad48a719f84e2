import { randomUUID } from 'node:crypto'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import {
  type ChildHandle,
  isAlive,
  killTree,
  type Mark,
  processIdentity,
  startProcess,
  systemClock,
} from '../../../src/main/platform/index.ts'

/** A mark of its own for one test; whatever carries it is killed when the test ends. */
export function createMark(): Mark {
  const mark = { name: 'CONTROLROOM_MARK', value: randomUUID() }
  onTestFinished(async () => {
    await killTree({ marker: mark }, { clock: systemClock, graceMs: 0 })
  })
  return mark
}

/** Starts a bash script that carries a mark and resolves when it has printed its first line. */
export async function startScript(script: string, mark: Mark): Promise<{ child: ChildHandle; line: string }> {
  const child = startProcess({ command: 'bash', args: ['-c', script], env: { [mark.name]: mark.value } })
  child.stderr.resume()
  const lines = createInterface({ input: child.stdout })
  const line = await new Promise<string>((resolve) => {
    lines.once('line', resolve)
    lines.once('close', () => resolve(''))
  })
  return { child, line }
}

/** Tells whether any process has this pid, zombies aside. */
export function runs(pid: number): boolean {
  const identity = processIdentity(pid)
  return identity !== null && isAlive(identity)
}
