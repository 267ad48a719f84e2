import { expect, it } from 'vitest'
import { laneEntries } from '../../../../src/renderer/features/board/lane-entries.ts'
import { indexRuns } from '../../../../src/renderer/stores/board-index.ts'
import type { RunSummary } from '../../../../src/shared/models/index.ts'
import { makeRun } from '../made-up.ts'

const entriesOf = (runs: RunSummary[], projectId: string | null = null) => {
  const map = new Map(runs.map((run) => [run.id, run]))
  return laneEntries(indexRuns(map).lanes.A, map, projectId).map((entry) => (entry.kind === 'label' ? entry.text : entry.id))
}

it('labels where the quiet part of a lane begins', () => {
  const runs = [makeRun('q'), makeRun('r', { status: 'running', startedAt: 1 }), makeRun('e', { status: 'succeeded', endedAt: 1 })]
  expect(entriesOf(runs)).toEqual(['r', 'Waiting', 'q', 'Ended', 'e'])
})

it('shows the runs of one project only, and no label for none', () => {
  const runs = [makeRun('mine', { status: 'running', startedAt: 1 }), makeRun('other', { projectId: 'api' })]
  expect(entriesOf(runs, 'web')).toEqual(['mine'])
})

it('marks the one that is claimed next', () => {
  const map = new Map([makeRun('a', { priority: 2 }), makeRun('b', { priority: 1 })].map((run) => [run.id, run]))
  const next = laneEntries(indexRuns(map).lanes.A, map, null).filter((entry) => entry.kind === 'run' && entry.next)
  expect(next.map((entry) => entry.id)).toEqual(['b'])
})
