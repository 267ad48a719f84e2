import { it } from 'vitest'
import { failOnLeftovers } from '../support/temp.ts'
import { checkRestart, rowsAt } from './opencode-restarts.ts'

failOnLeftovers()

it.each(rowsAt('stopped').slice(0, 3))(
  'a restart of OpenCode under a host that is stopped meanwhile ends as %s when %s comes back',
  (_outcome, _who, row) => checkRestart(row, 'stopped'),
)
