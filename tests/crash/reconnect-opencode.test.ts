import { it } from 'vitest'
import { failOnLeftovers } from '../support/temp.ts'
import { checkRestart, rowsAt } from './opencode-restarts.ts'

failOnLeftovers()

it.each(rowsAt('never'))('a restart of OpenCode ends as %s when %s comes back', (_outcome, _who, row) => checkRestart(row, 'never'))
