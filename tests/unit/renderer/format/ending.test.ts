import { describe, expect, it } from 'vitest'
import {
  canKill,
  endedWords,
  howWords,
  opWord,
  outcomeWords,
  runGroup,
  runTone,
  runWord,
  stoppingHow,
  stoppingWords,
} from '../../../../src/renderer/format/index.ts'
import { EndedHow, Outcome } from '../../../../src/shared/models/index.ts'
import { makeRun } from '../made-up.ts'

describe('how a run ends, in words', () => {
  it('says how what was told to stop came to its end', () => {
    expect(EndedHow.options.map(howWords)).toEqual([
      'stopped by itself',
      'ended by SIGTERM',
      'ended by SIGKILL',
      'given up: its lease was closed',
    ])
  })

  it('does not say killed twice', () => {
    expect(endedWords(makeRun('a', { outcome: 'killed', endedHow: 'kill' }))).toBe('ended by SIGKILL')
    expect(endedWords(makeRun('a', { outcome: 'cancelled', endedHow: 'kill' }))).toBe('ended by SIGKILL')
    expect(endedWords(makeRun('a', { outcome: 'timed_out', endedHow: 'term' }))).toBe('ended by SIGTERM')
    expect(endedWords(makeRun('a', { outcome: 'cancelled' }))).toBeNull()
  })

  it('has plain words for every outcome', () => {
    for (const outcome of Outcome.options) expect(outcomeWords(outcome)).not.toContain('_')
    expect(outcomeWords('post_check_failed')).toBe('its check failed')
    expect(outcomeWords('stale_binary')).toBe('the old program came back')
  })
})

describe('a run that is being ended', () => {
  const stopping = makeRun('a', { status: 'cancelling', cancelMode: 'cancel' })
  const killing = makeRun('a', { status: 'cancelling', cancelMode: 'kill', cancelSignal: 'SIGTERM' })

  it('says whether it may stop by itself or is being killed', () => {
    expect([stopping, killing].map(runWord)).toEqual(['stopping…', 'killing…'])
    expect(stoppingWords(killing)).toBe('killing… with SIGTERM, then SIGKILL')
    expect(stoppingHow(stopping)).toBe('it may end by itself first')
    expect(stoppingWords({ ...killing, cancelSignal: 'SIGKILL' })).toBe('killing… with SIGKILL')
    expect(stoppingWords(makeRun('a', { status: 'running' }))).toBeNull()
  })

  it('needs nobody any more, whatever it had asked', () => {
    const asked = { ...killing, attention: 'timeout' as const }
    expect([runGroup(asked), runTone(asked), runWord(asked)]).toEqual(['running', 'idle', 'killing…'])
  })

  it('can be killed while it stops by itself, and no second time', () => {
    expect([stopping, killing, makeRun('a', { status: 'running' }), makeRun('a'), makeRun('a', { status: 'failed' })].map(canKill)).toEqual(
      [true, false, true, false, false],
    )
  })
})

it('says of a run whose time is over what it waits for, and of one that waits for its target that it does', () => {
  expect(runWord(makeRun('a', { status: 'running', attention: 'timeout', timeoutStatus: 'timed_out' }))).toBe('out of time')
  expect(runWord(makeRun('a', { status: 'running', timeoutStatus: 'timed_out' }))).toBe('out of time')
  expect(runWord(makeRun('a', { status: 'awaiting_reconnect' }))).toBe('waits for target')
})

it('calls ops by what they do, and one it does not know by its own name', () => {
  expect(['agent', 'git.pull', 'worktree.remove', 'kill', 'my.own'].map(opWord)).toEqual([
    'agent',
    'git pull',
    'remove worktree',
    'kill',
    'my own',
  ])
})
