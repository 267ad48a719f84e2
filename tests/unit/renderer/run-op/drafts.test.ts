import { beforeEach, expect, it } from 'vitest'
import {
  changeForm,
  changeTargets,
  chooseOp,
  finishOp,
  openOpDrafts,
  useOpDrafts,
} from '../../../../src/renderer/features/run-op/drafts.ts'
import { filterProject, useLive } from '../../../../src/renderer/stores/index.ts'

const projects = (...ids: string[]) => useLive.setState({ projects: new Map(ids.map((id) => [id, { id } as never])) })
const kindOf = (op: string) => (op === 'kill' ? 'run' : 'project')
const state = () => useOpDrafts.getState()

beforeEach(() => {
  projects('web', 'shop')
  filterProject(null)
  useOpDrafts.setState({ op: null, forms: {}, targets: {} })
})

it('ticks what the dialog was opened with, and nothing from an errand before', () => {
  openOpDrafts({ op: 'git.pull', targets: ['web'] }, kindOf)
  expect(state()).toMatchObject({ op: 'git.pull', targets: { project: ['web'] } })
  changeTargets('run', ['r1'])
  openOpDrafts({ op: 'kill', targets: ['r2'] }, kindOf)
  expect(state().targets).toEqual({ project: [], run: ['r2'] })
})

it('ticks the project that is shown alone, or the only one', () => {
  openOpDrafts({}, kindOf)
  expect(state().targets.project).toEqual([])
  filterProject('shop')
  openOpDrafts({}, kindOf)
  expect(state().targets.project).toEqual(['shop'])
  filterProject(null)
  projects('web')
  openOpDrafts({}, kindOf)
  expect(state().targets.project).toEqual(['web'])
})

it('keeps what was filled in while it is closed and for each op, until it is sent', () => {
  chooseOp('shell')
  changeForm('shell', { command: 'npm test' })
  changeForm('http', { url: 'http://a/' })
  openOpDrafts({ op: 'http' }, kindOf)
  expect(state().forms).toEqual({ shell: { command: 'npm test' }, http: { url: 'http://a/' } })
  finishOp('http')
  expect(state().forms).toEqual({ shell: { command: 'npm test' } })
})
