/** A host whose watchdog guards a living process and one recorded before (its argument, as JSON). Prints the living one, and waits to be killed. */
import { newId, type ProcessIdentity, startProcess, startWatchdog } from '../../../../src/main/platform/index.ts'

const watchdog = startWatchdog({ instanceId: newId() })
const guarded = startProcess({ command: 'sleep', args: ['1000'] })
watchdog.add(JSON.parse(process.argv[2]!) as ProcessIdentity)
watchdog.add(guarded.identity)
process.stdout.write(`${JSON.stringify(guarded.identity)}\n`)
setInterval(() => {}, 1_000)
