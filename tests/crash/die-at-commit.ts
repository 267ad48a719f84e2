/**
 * Loaded into a host before its own program (`node --import`): kills the process with SIGKILL when its store commits something, right before or right
 * after that commit.
 *
 * `DIE_WHEN` is `before` or `after`, `DIE_AT` a regular expression: a statement of the transaction, with its values, has to match it. Only what comes
 * after a run was queued counts, and only the thread that writes the store.
 */
import { StatementSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'

const { DIE_AT = '', DIE_WHEN } = process.env
const point = new RegExp(DIE_AT, 's')
const die = (): boolean => process.kill(process.pid, 'SIGKILL')

if (workerData?.role === 'writer') {
  const run = StatementSync.prototype.run as (...values: unknown[]) => ReturnType<StatementSync['run']>
  let armed = false
  let reached = false
  StatementSync.prototype.run = function (this: StatementSync, ...values: unknown[]) {
    const text = `${this.sourceSQL} ${values.join(' ')}`
    armed ||= /^\s*INSERT INTO runs\b/.test(text)
    reached ||= armed && point.test(text)
    const now = reached && this.sourceSQL === 'COMMIT'
    if (now && DIE_WHEN === 'before') die()
    const result = run.apply(this, values)
    if (now) die()
    return result
  }
}
