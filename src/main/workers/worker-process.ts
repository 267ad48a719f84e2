/**
 * The fleet worker: a process of its own, started by a host.
 *
 * It speaks in lines of JSON. First it says who it is (`hello`): its id, an instance id that is new with each start, and its build. Then it listens on stdin,
 * whose other end only the host holds: `switch` makes it go on as the program of another build folder, in the same process where the system can do that;
 * `stop`, or the end of stdin, ends it.
 *
 * It imports nothing of the app, so that a build folder needs no more than this file and a package.json above it.
 */
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

const startedAt = Date.now()
const program = realpathSync(process.argv[1]!)

/** The version is that of the nearest package.json above the program. */
function readVersion(folder: string): string {
  const file = join(folder, 'package.json')
  if (existsSync(file)) return String(JSON.parse(readFileSync(file, 'utf8')).version ?? '')
  return dirname(folder) === folder ? '' : readVersion(dirname(folder))
}
const build = {
  version: readVersion(dirname(program)),
  contentHash: createHash('sha256').update(readFileSync(program)).digest('hex'),
}

const say = (line: object): Promise<void> => new Promise((said) => process.stdout.write(`${JSON.stringify(line)}\n`, () => said()))

/** Goes on as the same program of another folder. Returns only when that cannot be done. */
async function switchTo(folder: string): Promise<void> {
  const next = join(folder, basename(program))
  if (!existsSync(next)) return say({ answer: { exitCode: 1, error: `There is no ${basename(program)} in ${folder}.` } })
  await say({ answer: { exitCode: 0, program: next } })
  // Same process, same pipes, another program. Where the system has no such call the host starts it.
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.execve(process.execPath, [process.execPath, next], process.env as Record<string, string>)
  }
  process.exit(0)
}

await say({
  hello: {
    workerId: process.env.CONTROLROOM_WORKER_ID ?? '',
    instanceId: randomUUID().replaceAll('-', ''),
    build,
    pid: process.pid,
    startedAt,
  },
})
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line) as { switch?: { to: string }; stop?: true }
  if (message.switch) await switchTo(message.switch.to)
  if (message.stop) break
}
process.exit(0)
