/**
 * The fleet worker: a process of its own, started by a host.
 *
 * It speaks in lines of JSON. First it says who it is (`hello`): its id, an instance id that is new with each start, and its build. Then it listens on stdin,
 * whose other end only the host holds: `switch` makes it go on as the program of another build folder, in the same process where the system can do that,
 * unless it comes to read that when the host no longer waits for its answer; `stop`, or the end of stdin, ends it.
 *
 * It imports nothing of the app, so that a build folder needs no more than this file and a package.json above it.
 */
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

const startedAt = Date.now()
const program = realpathSync(process.argv[1]!)
/** The same in every build folder, also where it is a link. */
const name = basename(process.argv[1]!)

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

interface Switch {
  /** Comes back with the answer. */
  readonly id: number
  readonly to: string
  /** When the host stops waiting for the answer, in UTC epoch milliseconds. */
  readonly until: number
}

/** Goes on as the same program of another folder. Returns only when that cannot be done. */
async function switchTo({ id, to, until }: Switch): Promise<void> {
  const refuse = (error: string): Promise<void> => say({ answer: { id, exitCode: 1, error } })
  const next = join(to, name)
  if (Date.now() > until) return refuse('It was too busy to switch in time.')
  if (!existsSync(next)) return refuse(`There is no ${name} in ${to}.`)
  await say({ answer: { id, exitCode: 0, program: next } })
  // Same process, same pipes, another program. Where the system has no such call the host starts it; where the call fails it ends this process.
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
  const message = JSON.parse(line) as { switch?: Switch; stop?: true }
  if (message.switch) await switchTo(message.switch)
  if (message.stop) break
}
process.exit(0)
