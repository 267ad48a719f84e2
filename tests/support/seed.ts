import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { CreateRun } from '../../src/shared/contract/index.ts'
import type { Run } from '../../src/shared/models/index.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const TOKEN = 'token-of-the-seed'

/** Queues runs in a data folder that no host has open, with a headless host that works on nothing and ends again. */
export async function seedRuns(dataDir: string, runs: readonly CreateRun[]): Promise<Run[]> {
  const host = spawn(
    process.execPath,
    [`${ROOT}/scripts/controlroom.mjs`, 'serve', '--data-dir', dataDir, '--port', '0', '--concurrency', '0'],
    {
      env: { ...process.env, CONTROLROOM_TOKEN: TOKEN },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  try {
    const url = await listeningUrl(createInterface({ input: host.stdout }))
    const created: Run[] = []
    for (const run of runs) {
      const answer = await fetch(`${url}/api/runs.create`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify(run),
      })
      if (!answer.ok) throw new Error(`The host refused a run: ${await answer.text()}`)
      created.push((await answer.json()) as Run)
    }
    return created
  } finally {
    host.kill('SIGTERM')
    if (host.exitCode === null) await once(host, 'exit')
  }
}

async function listeningUrl(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const url = line.match(/^listening on (\S+)/)?.[1]
    if (url) return url
  }
  throw new Error('The host ended before it listened.')
}
