import { describe, expect, it } from 'vitest'
import { askWords } from '../../../../src/renderer/components/ask-words.ts'
import { parseLayout } from '../../../../src/renderer/features/run/data/layout.ts'
import {
  adviceFor,
  attemptWords,
  composerState,
  reconnectWords,
  stateWords,
  waitingWords,
} from '../../../../src/renderer/features/run/data/words.ts'
import {
  editPermission,
  makeRun,
  makeStep,
  NOW,
  permissionItem,
  someReconnect,
} from '../../../../src/renderer/features/run/samples/index.ts'

describe('the state of a run in words', () => {
  it('says first that it waits for a person', () => {
    expect(stateWords(makeRun({ attention: 'permission' }), null, NOW)).toBe('waits for you: permission')
  })

  it('says where it stands in its lane', () => {
    const run = makeRun({ status: 'queued', lane: 'B' })
    expect(stateWords(run, { before: 3, lanePaused: false }, NOW)).toBe('queued, 3 before it')
    expect(stateWords(run, { before: 0, lanePaused: false }, NOW)).toBe('next in lane B')
    expect(stateWords(run, { before: 3, lanePaused: true }, NOW)).toBe('lane B is paused')
    expect(waitingWords(run, { before: 1, lanePaused: false }, NOW)).toBe('It waits in lane B, 1 run before it.')
  })

  it('tells a run that is tried again from one that starts later', () => {
    const run = makeRun({ status: 'scheduled', runAt: NOW + 300_000 })
    expect(stateWords({ ...run, attempt: 1 }, null, NOW)).toBe('tried again in 5 min')
    expect(stateWords({ ...run, attempt: 0 }, null, NOW)).toBe('starts in 5 min')
  })

  it('says why it ended', () => {
    expect(stateWords(makeRun({ status: 'failed', outcome: 'timed_out' }), null, NOW)).toBe('ran out of time')
    expect(stateWords(makeRun({ status: 'succeeded', outcome: 'success' }), null, NOW)).toBe('done')
  })

  it('asks what to do about one whose time is over, until that is decided', () => {
    const run = makeRun({ attention: 'timeout', timeoutStatus: 'timed_out' })
    expect(stateWords(run, null, NOW)).toBe('out of time: wait longer, or kill it?')
    expect(stateWords({ ...run, status: 'cancelling', cancelMode: 'kill' }, null, NOW)).toBe('killing…')
    expect(stateWords(makeRun({ status: 'cancelling', cancelMode: 'cancel' }), null, NOW)).toBe('stopping…')
  })

  it('says whom it waits for, as what, and how long still', () => {
    expect(stateWords(makeRun({ status: 'awaiting_reconnect' }), null, NOW)).toBe('waits for its target to come back')
    expect(reconnectWords(someReconnect, NOW)).toBe('Waits for desk to come back as 1.4.2: 1:35 left.')
    expect(reconnectWords({ ...someReconnect, expectedBuild: someReconnect.oldBuild }, NOW)).toBe(
      'Waits for desk to come back started anew: 1:35 left.',
    )
    expect(adviceFor(null, 'stale_binary')).toMatch(/still runs the old program/)
    expect(adviceFor(null, 'timed_out', someReconnect)).toMatch(/did not come back in time/)
  })

  it('counts attempts only where there may be several', () => {
    expect(attemptWords(makeRun({ attempt: 1, maxAttempts: 1 }))).toBe('')
    expect(attemptWords(makeRun({ attempt: 2, maxAttempts: 3 }))).toBe('attempt 2 of 3')
    expect(attemptWords(makeRun({ attempt: 4, maxAttempts: 3 }))).toBe('attempt 4')
  })

  it('says what to do about a failure where Retry alone does not help', () => {
    expect(adviceFor({ code: 'EXIT_CODE', message: 'x' }, 'error')).toMatch(/output/)
    expect(adviceFor(null, 'error')).toBe('')
    expect(adviceFor({ code: 'X', message: 'x', retryable: false }, 'error')).toMatch(/will not help/)
  })
})

describe('talking to the agent', () => {
  it('is possible while it runs and after its end, with what becomes of the text', () => {
    expect(composerState(makeRun())).toEqual({ closed: null, hint: 'It hears this after its current turn' })
    expect(composerState(makeRun({ status: 'failed' })).hint).toMatch(/^Goes on with the run/)
  })

  it('says why it is not', () => {
    const shell = makeRun({ steps: [makeStep({ op: 'shell' })] })
    const reasons = [shell, makeRun({ status: 'cancelling' }), makeRun({ status: 'queued', attempt: 0 }), makeRun({ sessionId: null })].map(
      (run) => composerState(run).closed,
    )
    expect(reasons).toEqual([
      'This run has no agent to talk to.',
      'It is stopping.',
      'You can talk to it once it has started.',
      'Its agent is starting.',
    ])
  })
})

describe('a permission in words', () => {
  it('says what is to be run, and what allowing it for the run would cover', () => {
    expect(askWords(permissionItem)).toEqual({
      verb: 'Run',
      subject: 'psql -f migrations/0042_sessions.sql',
      diff: null,
      covers: ['psql *'],
    })
  })

  it('has the change to look at', () => {
    expect(askWords(editPermission)).toMatchObject({ verb: 'Change', subject: 'src/auth/middleware.ts' })
    expect(askWords(editPermission).diff).toContain('+  const session')
  })

  it('shows the title of a request that it does not know', () => {
    expect(askWords({ title: 'teleport: home', data: { permission: 'teleport', patterns: ['home'] } })).toMatchObject({
      verb: 'Use teleport',
      subject: 'home',
    })
    expect(askWords({ title: 'anything', data: null })).toEqual({ verb: '', subject: 'anything', diff: null, covers: [] })
  })
})

describe('the kept layout', () => {
  it('falls back to the usual where it does not parse or makes no sense', () => {
    expect(parseLayout(null)).toEqual({ share: 0.52, changesOpen: true, splitDiff: false })
    expect(parseLayout('{"share":7,"changesOpen":"no","splitDiff":true}')).toEqual({ share: 0.52, changesOpen: true, splitDiff: true })
    expect(parseLayout('nonsense')).toEqual(parseLayout('null'))
  })
})
