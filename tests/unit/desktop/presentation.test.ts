import { expect, test } from 'vitest'
import { type ActiveOperation, type Activity, NO_ACTIVITY } from '../../../src/main/desktop/activity.ts'
import { taskbarProgress, trayModel } from '../../../src/main/desktop/presentation.ts'

const active = (progress: number, change: Partial<ActiveOperation> = {}): ActiveOperation => ({
  id: 'op1',
  name: 'Fix the login',
  progress,
  runId: 'run1',
  ...change,
})
const activity = (change: Partial<Activity>): Activity => ({ ...NO_ACTIVITY, ...change })
const labels = (of: Activity) => trayModel(of).items.map((item) => (item.type === 'separator' ? '-' : item.label))

test('the image follows the order error, needs you, running, idle', () => {
  const running = { active: [active(0.5)] }
  const states = [{ ...running, needsYou: 1, failed: 1 }, { ...running, degraded: true }, { ...running, needsYou: 1 }, running, {}]
  expect(states.map((change) => trayModel(activity(change)).state)).toEqual(['error', 'error', 'needs-you', 'running', 'idle'])
})

test('the menu tells how many operations are active and how far each is', () => {
  const two = activity({ active: [active(0.456), active(-1, { id: 'op2', name: 'Update OpenCode', runId: null })] })
  expect(labels(two)).toEqual(['2 operations active', 'Fix the login: 45 %', 'Update OpenCode', '-', 'Open', 'New run', '-', 'Quit'])
})

test('an operation of a run leads to the run, any other to the operations', () => {
  const items = trayModel(activity({ active: [active(0), active(0, { runId: null })] })).items
  expect(items.slice(1, 3).map((item) => item.type === 'action' && item.action)).toEqual([{ open: '/runs/run1' }, { open: '/operations' }])
})

test('a menu of many operations stays short and says how many more there are', () => {
  const many = activity({ active: Array.from({ length: 25 }, () => active(-1)) })
  expect(labels(many).slice(10, 13)).toEqual(['Fix the login', 'and 15 more', '-'])
})

test('what needs the person and what failed have a line each', () => {
  expect(labels(activity({ needsYou: 1, failed: 2 })).slice(0, 5)).toEqual(['Nothing is running', '-', '1 run needs you', '2 failed', '-'])
})

test('a long name is cut', () => {
  const label = labels(activity({ active: [active(-1, { name: 'word '.repeat(40) })] }))[1]
  expect(label).toBe(`${'word '.repeat(9)}wo…`)
})

test('the tooltip sums up the activity', () => {
  expect(trayModel(activity({ active: [active(0.2), active(0.6), active(-1)], needsYou: 2, failed: 1 })).toolTip).toBe(
    'Ops Control Room: 3 operations active, 40 % · 2 runs need you · 1 failed',
  )
  expect(trayModel(NO_ACTIVITY).toolTip).toBe('Ops Control Room: idle')
})

test('ring and taskbar show the mean of what knows how far it is', () => {
  const some = activity({ active: [active(0.25), active(0.75), active(-1)] })
  expect(trayModel(some).progress).toBe(0.5)
  expect(taskbarProgress(some)).toEqual({ value: 0.5, mode: 'normal' })
})

test('work of unknown length is indeterminate, no work is no bar', () => {
  expect(trayModel(activity({ active: [active(-1)] })).progress).toBe(-1)
  expect(taskbarProgress(activity({ active: [active(-1)] }))).toEqual({ value: 2, mode: 'indeterminate' })
  expect(trayModel(NO_ACTIVITY).progress).toBeNull()
  expect(taskbarProgress(NO_ACTIVITY)).toEqual({ value: -1, mode: 'none' })
})

test('the taskbar turns red while something failed', () => {
  expect(taskbarProgress(activity({ active: [active(0.5)], failed: 1 }))).toEqual({ value: 0.5, mode: 'error' })
})
