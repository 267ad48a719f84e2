import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const COMMAND_LINE = join(import.meta.dirname, '../out/main/cli.js')

/** Starts the built headless host several times. @returns milliseconds from the start of the process to its `listening on` line, each */
export async function measureStart(dataDir: string, times: number): Promise<number[]> {
  const taken: number[] = []
  for (let i = 0; i < times; i++) {
    const startedAt = performance.now()
    const host = spawn(process.execPath, [COMMAND_LINE, 'serve', '--data-dir', dataDir, '--port', '0', '--token', 'bench-token'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = new Promise((done) => host.once('exit', done))
    for await (const line of createInterface({ input: host.stdout })) {
      if (!line.startsWith('listening on')) continue
      taken.push(performance.now() - startedAt)
      break
    }
    host.kill('SIGTERM')
    await exited
  }
  return taken
}
