import { expect, test } from 'vitest'
import { admit, type LiveCount, limitKeyOf } from '../../../src/main/runs/admission.ts'
import type { Limits } from '../../../src/main/runs/store-port.ts'

const LANES = [
  { name: 'A', limit: 4, paused: false },
  { name: 'B', limit: 2, paused: false },
  { name: 'C', limit: 2, paused: true },
] as const
const limits = (more: Partial<Limits> = {}): Limits => ({ global: 10, project: 10, provider: 10, projects: {}, ...more })
const live = (lane: LiveCount['lane'], project: string | null, provider: string | null, count = 1): LiveCount => ({
  lane,
  limitKey: limitKeyOf(project, provider),
  count,
})

test('with nothing live, everything has room but a paused and an unknown lane', () => {
  const admission = admit(limits(), LANES, [])
  expect((['A', 'B', 'C', 'D'] as const).map((lane) => admission.hasRoom(lane))).toEqual([true, true, false, false])
  expect(admission.admits('C', limitKeyOf('p', null))).toBe(false)
})

test('the global limit counts every lane', () => {
  const admission = admit(limits({ global: 3 }), LANES, [live('A', 'p', null, 2), live('C', null, null)])
  expect(admission.hasRoom('B')).toBe(false)
  expect(admit(limits({ global: 0 }), LANES, []).hasRoom('A')).toBe(false)
})

test('a full lane leaves the others alone', () => {
  const admission = admit(limits(), LANES, [live('B', 'p', 'x'), live('B', null, null)])
  expect([admission.hasRoom('A'), admission.hasRoom('B')]).toEqual([true, false])
})

test('a project counts over all lanes and providers, with a limit of its own if it has one', () => {
  const counts = [live('A', 'p', 'x'), live('B', 'p', 'y'), live('A', 'q', 'x')]
  const admission = admit(limits({ project: 3, projects: { p: 2, q: 5 } }), LANES, counts)
  expect(admission.admits('A', limitKeyOf('p', 'z'))).toBe(false)
  expect(admission.admits('A', limitKeyOf('q', 'x'))).toBe(true)
  expect(admit(limits({ project: 2 }), LANES, counts).admits('A', limitKeyOf('p', null))).toBe(false)
})

test('a project counts what it has with a provider whose name has a slash', () => {
  const admission = admit(limits({ projects: { p: 1 } }), LANES, [live('A', 'p', 'a/b')])
  expect(admission.admits('A', limitKeyOf('p', 'x'))).toBe(false)
})

test('a provider counts over all projects, also one with a slash in its name', () => {
  const admission = admit(limits({ provider: 2 }), LANES, [live('A', 'p', 'a/b'), live('B', 'q', 'a/b'), live('A', 'p', 'a')])
  expect(admission.admits('A', limitKeyOf('r', 'a/b'))).toBe(false)
  expect(admission.admits('A', limitKeyOf('r', 'a'))).toBe(true)
})

test('runs without a project or a provider are not bound by those limits', () => {
  const admission = admit(limits({ project: 1, provider: 1 }), LANES, [live('A', null, null, 3)])
  expect(admission.admits('A', limitKeyOf(null, null))).toBe(true)
})

test('what is taken counts at once', () => {
  const admission = admit(limits({ project: 1 }), LANES, [])
  admission.take('B', limitKeyOf('p', null))
  expect(admission.admits('B', limitKeyOf('p', 'x'))).toBe(false)
  admission.take('B', limitKeyOf('q', null))
  expect(admission.hasRoom('B')).toBe(false)
})
