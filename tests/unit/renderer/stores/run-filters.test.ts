import { expect, it } from 'vitest'
import { filterSpan, NO_FILTERS } from '../../../../src/renderer/stores/run-filters.ts'

const noon = new Date(2026, 0, 15, 12).getTime()
const midnight = (day: number) => new Date(2026, 0, day).getTime()

it('takes any time as no limit', () => {
  expect(filterSpan(NO_FILTERS, noon)).toEqual({})
})

it('begins today and the last seven days at midnight of the viewer', () => {
  expect([filterSpan({ ...NO_FILTERS, since: 'today' }, noon), filterSpan({ ...NO_FILTERS, since: 'week' }, noon)]).toEqual([
    { from: midnight(15) },
    { from: midnight(9) },
  ])
})

it('includes the last day of a span, and leaves out an end that is not given', () => {
  expect(filterSpan({ ...NO_FILTERS, since: 'dates', from: '2026-01-03', to: '2026-01-04' }, noon)).toEqual({
    from: midnight(3),
    to: midnight(5),
  })
  expect(filterSpan({ ...NO_FILTERS, since: 'dates', from: '2026-01-03' }, noon)).toEqual({ from: midnight(3) })
})
