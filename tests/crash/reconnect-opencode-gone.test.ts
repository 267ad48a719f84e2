import { it } from 'vitest'
import { failOnLeftovers } from '../support/temp.ts'
import { checkRestart, rowsAt } from './opencode-restarts.ts'

failOnLeftovers()

it.each(rowsAt('gone'))(
  'a restart of OpenCode under a host that dies when the old server is gone ends as %s when %s comes back',
  (_outcome, _who, row) => checkRestart(row, 'gone'),
)
