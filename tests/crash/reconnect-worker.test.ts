import { it } from 'vitest'
import { failOnLeftovers } from '../support/temp.ts'
import { checkSwitch, rows } from './worker-switches.ts'

failOnLeftovers()

it.each(rows())('a switch of a worker ends as %s when %s comes back', (_outcome, _who, row) => checkSwitch(row, 'never'))
