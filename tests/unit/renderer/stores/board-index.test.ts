import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BoardIndex, indexRuns, NO_BOARD, reindexRuns } from '../../../../src/renderer/stores/board-index.ts'
import { LANE_NAMES, RunStatus, type RunSummary } from '../../../../src/shared/models/index.ts'
import { makeRun } from '../made-up.ts'

const mapOf = (runs: RunSummary[]) => new Map(runs.map((run) => [run.id, run]))
const orderOf = (runs: RunSummary[]) => indexRuns(mapOf(runs)).lanes.A

describe('the order of a lane', () => {
  it('is: needs you, running, failed, queued, ended', () => {
    const runs = [
      makeRun('ended', { status: 'succeeded', endedAt: 9 }),
      makeRun('queued'),
      makeRun('failed', { status: 'failed', endedAt: 9 }),
      makeRun('running', { status: 'running', startedAt: 5 }),
      makeRun('need', { status: 'running', startedAt: 8, attention: 'permission' }),
    ]
    expect(orderOf(runs)).toEqual(['need', 'running', 'failed', 'queued', 'ended'])
  })

  it('puts an agent that is held up before a finished run that waits for a review, longest first', () => {
    const runs = [
      makeRun('review', { status: 'succeeded', startedAt: 1, endedAt: 2, attention: 'review' }),
      makeRun('later', { status: 'running', startedAt: 9, attention: 'question' }),
      makeRun('earlier', { status: 'running', startedAt: 5, attention: 'timeout' }),
    ]
    expect(orderOf(runs)).toEqual(['earlier', 'later', 'review'])
  })

  it('has queued runs by priority, then runAt, then id, and scheduled ones after those that may start', () => {
    const runs = [
      makeRun('b', { runAt: 5 }),
      makeRun('a', { runAt: 5 }),
      makeRun('late', { runAt: 9 }),
      makeRun('urgent', { priority: -1, runAt: 9 }),
      makeRun('tomorrow', { status: 'scheduled', priority: -9, runAt: 99 }),
    ]
    expect(orderOf(runs)).toEqual(['urgent', 'a', 'b', 'late', 'tomorrow'])
  })

  it('has failed and ended runs newest first', () => {
    const runs = [
      makeRun('old', { status: 'failed', endedAt: 1 }),
      makeRun('new', { status: 'failed', endedAt: 2 }),
      makeRun('done', { status: 'succeeded', endedAt: 5 }),
      makeRun('stopped', { status: 'cancelled', endedAt: 6 }),
    ]
    expect(orderOf(runs)).toEqual(['new', 'old', 'stopped', 'done'])
  })

  it('moves a dismissed failure to the ended ones', () => {
    const runs = [makeRun('failed', { status: 'failed', endedAt: 1, dismissed: true }), makeRun('queued')]
    expect(orderOf(runs)).toEqual(['queued', 'failed'])
  })
})

describe('the counts', () => {
  it('are kept for each project and for all', () => {
    const index = indexRuns(
      mapOf([
        makeRun('a', { status: 'running', startedAt: 1 }),
        makeRun('b', { projectId: 'api' }),
        makeRun('c', { projectId: null, status: 'failed', endedAt: 1 }),
      ]),
    )
    expect([index.counts.get('web')?.running, index.counts.get('api')?.queued, index.counts.get('')?.failed]).toEqual([1, 1, 1])
    expect(index.total).toEqual({ need: 0, running: 1, failed: 1, queued: 1, ended: 0 })
  })
})

describe('keeping the index up to date', () => {
  it('leaves it alone when a run only reports progress', () => {
    const before = mapOf([makeRun('a', { status: 'running', startedAt: 1 })])
    const after = mapOf([makeRun('a', { status: 'running', startedAt: 1, progress: 0.5, message: 'half' })])
    const index = indexRuns(before)
    expect(reindexRuns(index, before, after, new Set(['a']))).toBe(index)
  })

  it('replaces the order of the lanes that changed and of no other', () => {
    const before = mapOf([makeRun('a'), makeRun('b', { lane: 'B' })])
    const after = mapOf([makeRun('a', { priority: 3 }), makeRun('b', { lane: 'B' })])
    const index = indexRuns(before)
    expect(reindexRuns(index, before, after, new Set(['a'])).lanes.B).toBe(index.lanes.B)
  })

  it('counts when runs appear and leave, and not when they change', () => {
    const none = new Map<string, RunSummary>()
    const one = mapOf([makeRun('a')])
    const started = mapOf([makeRun('a', { status: 'running', startedAt: 1 })])
    const appeared = reindexRuns(NO_BOARD, none, one, new Set(['a']))
    const changed = reindexRuns(appeared, one, started, new Set(['a']))
    const left = reindexRuns(changed, started, none, new Set(['a']))
    expect([appeared.membership, changed.membership, left.membership]).toEqual([1, 1, 2])
  })

  it('comes to the same as building it anew, whatever changes', () => {
    const run = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
      lane: fc.constantFrom(...LANE_NAMES.slice(0, 2)),
      status: fc.constantFrom(...RunStatus.options),
      attention: fc.constantFrom(null, null, 'permission' as const, 'review' as const),
      dismissed: fc.boolean(),
      priority: fc.integer({ min: 0, max: 2 }),
      runAt: fc.integer({ min: 0, max: 3 }),
      startedAt: fc.option(fc.integer({ min: 0, max: 3 })),
      endedAt: fc.option(fc.integer({ min: 0, max: 3 })),
      projectId: fc.constantFrom('web', null),
    })
    const step = fc.array(fc.oneof(run, fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g')), { maxLength: 6 })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        let runs = new Map<string, RunSummary>()
        let index: BoardIndex = NO_BOARD
        for (const changes of steps) {
          const next = new Map(runs)
          const changed = new Set<string>()
          for (const change of changes) {
            const id = typeof change === 'string' ? change : change.id
            // A run keeps its project for life.
            const projectId = runs.get(id)?.projectId ?? next.get(id)?.projectId
            if (typeof change === 'string') next.delete(id)
            else next.set(id, makeRun(id, projectId === undefined ? change : { ...change, projectId }))
            changed.add(id)
          }
          index = reindexRuns(index, runs, next, changed)
          runs = next
        }
        const anew = indexRuns(runs)
        expect({ lanes: index.lanes, total: index.total }).toEqual({ lanes: anew.lanes, total: anew.total })
      }),
    )
  })
})
