/**
 * A host with a watchdog: starts one child that ignores SIGTERM and is registered, one that is registered and taken back, and a daemon that
 * only carries the host's mark. Prints their pids, closes the watch if told to, and waits to be killed.
 */
import { createInterface } from 'node:readline'
import { INSTANCE_MARK, newId, startProcess, startWatchdog } from '../../../../src/main/platform/index.ts'

const instanceId = newId()
const watchdog = startWatchdog({ instanceId })

const stubborn = startProcess({ command: 'bash', args: ['-c', 'trap "" TERM; echo; while :; do sleep 1000; done'] })
const takenBack = startProcess({ command: 'bash', args: ['-c', 'echo; exec sleep 1000'] })
const shell = startProcess({
  command: 'bash',
  args: ['-c', `(setsid bash -c 'echo $$; exec sleep 1000 >/dev/null 2>&1' &)`],
  env: { [INSTANCE_MARK]: instanceId },
})
watchdog.add(stubborn.identity)
watchdog.add(takenBack.identity)
watchdog.remove(takenBack.identity)

const firstLine = (child: typeof shell) => new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve))
const [daemon] = await Promise.all([firstLine(shell), firstLine(stubborn), firstLine(takenBack)])
if (process.argv.includes('close')) watchdog.close()
process.stdout.write(`${JSON.stringify({ stubborn: stubborn.pid, takenBack: takenBack.pid, daemon: Number(daemon) })}\n`)
setInterval(() => {}, 1_000)
