import { it } from 'vitest'
import { failOnLeftovers } from '../support/temp.ts'
import { checkRestart, rowsAt } from './opencode-restarts.ts'

failOnLeftovers()

it.each(rowsAt('after'))(
  'a restart of OpenCode under a host that dies right after that is stored, before the server is told, ends as %s when %s comes back',
  (_outcome, _who, row) => checkRestart(row, 'after'),
)
