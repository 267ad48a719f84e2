/**
 * Loaded into a process before its own program (`node --import`): a thread of its store ends at its next commit when the file `DIE_FILE` says so.
 *
 * The file says `<role> before` or `<role> after` and is gone when the thread is. A read ends with a commit as well. With `<role> hangs` the thread commits,
 * then can be reached by nobody for some seconds, and comes back to life.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { StatementSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'

const { DIE_FILE = '' } = process.env
const wish = (): string => {
  try {
    return readFileSync(DIE_FILE, 'utf8')
  } catch {
    return ''
  }
}

if (workerData?.role) {
  const run = StatementSync.prototype.run as (...values: unknown[]) => ReturnType<StatementSync['run']>
  StatementSync.prototype.run = function (this: StatementSync, ...values: unknown[]) {
    const [role, when] = this.sourceSQL === 'COMMIT' ? wish().split(' ') : []
    if (role !== workerData.role) return run.apply(this, values)
    rmSync(DIE_FILE)
    if (when === 'hangs') {
      const result = run.apply(this, values)
      // Not even an end that was asked for gets through.
      execFileSync('sleep', ['4'])
      return result
    }
    if (when === 'after') run.apply(this, values)
    // In a thread this ends the thread alone, at once.
    process.exit(1)
  }
}
