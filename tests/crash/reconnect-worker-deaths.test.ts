import { it } from 'vitest'
import { failOnLeftovers } from '../support/temp.ts'
import { checkSwitch, rows } from './worker-switches.ts'

failOnLeftovers()

it.each(rows())(
  'a switch of a worker under a host that dies right before that is stored is tried again and ends as %s when %s comes back',
  (_outcome, _who, row) => checkSwitch(row, 'before'),
)

it.each(rows())(
  'a switch of a worker under a host that dies right after that is stored ends as %s when %s comes back',
  (_outcome, _who, row) => checkSwitch(row, 'after'),
)
