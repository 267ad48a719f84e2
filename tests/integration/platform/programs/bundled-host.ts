/** A host in a data folder (its first argument): locks it, logs, has a watchdog and one child; prints what it found and waits to be killed. */
import { createLogger, entryPath, lockDataFolder, newId, startProcess, startWatchdog } from '../../../../src/main/platform/index.ts'

const dataDir = process.argv[2]!
lockDataFolder(dataDir)
const { logger } = createLogger({ dataDir })
const watchdog = startWatchdog({ instanceId: newId(), logger })
const child = startProcess({ command: 'sleep', args: ['1000'] })
watchdog.add(child.identity)
logger.info('The host is ready.')
process.stdout.write(`${JSON.stringify({ watchdog: entryPath('watchdog').href, child: child.pid })}\n`)
setInterval(() => {}, 1_000)
