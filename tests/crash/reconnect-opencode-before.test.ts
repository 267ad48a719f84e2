import { it } from 'vitest'
import { failOnLeftovers } from '../support/temp.ts'
import { checkRestart, rowsAt } from './opencode-restarts.ts'

failOnLeftovers()

it.each(rowsAt('before'))(
  'a restart of OpenCode under a host that dies right before that is stored ends as %s when %s comes back',
  (_outcome, _who, row) => checkRestart(row, 'before'),
)
