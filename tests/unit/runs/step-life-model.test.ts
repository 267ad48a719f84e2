import fc from 'fast-check'
import { expect } from 'vitest'
import { silentLogger } from '../../../src/main/platform/index.ts'
import { type OpContext, type OpDefinition, runStep, type StopReason } from '../../../src/main/runs/index.ts'
import { createTimeoutChecker } from '../../../src/main/workers/index.ts'
import type { Attention, ClaimedRun, Outcome, RunStatus } from '../../../src/shared/models/index.ts'
import { aRun, claimOf, endingOf, leaseOf, T } from '../../contract/store-suite/harness.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { property } from '../../support/sequences.ts'
import { type InProcessStore, openInProcess } from '../store/in-process-store.ts'

// --- From validate to outcome: which parts of an op are called, and what comes of them.

const PARTS = ['validate', 'snapshot', 'execute', 'postCheck'] as const
type Part = (typeof PARTS)[number]
interface Script {
  readonly validate: 'missing' | 'ok' | 'refuses' | 'throws'
  readonly snapshot: 'missing' | 'ok' | 'throws'
  readonly execute: 'success' | 'error' | 'throws' | 'loses its lease'
  readonly postCheck: 'missing' | 'verified' | 'mismatch' | 'unverifiable' | 'throws'
  readonly stop: { readonly during: Part; readonly reason: StopReason } | null
}

const scripts = fc.record<Script>({
  validate: fc.constantFrom('missing', 'ok', 'ok', 'refuses', 'throws'),
  snapshot: fc.constantFrom('missing', 'ok', 'ok', 'throws'),
  execute: fc.constantFrom('success', 'success', 'error', 'throws', 'loses its lease'),
  postCheck: fc.constantFrom('missing', 'verified', 'mismatch', 'unverifiable', 'throws'),
  stop: fc.option(
    fc.record({
      during: fc.constantFrom(...PARTS),
      reason: fc.constantFrom<StopReason>('cancelled', 'killed', 'timed_out', 'shutdown'),
    }),
  ),
})

/** What has to come of it, read off the script from top to bottom. */
function foretell(script: Script): { called: Part[]; outcome: Outcome | 'lease lost' } {
  const called: Part[] = []
  let stopped: StopReason | null = null
  const call = (part: Part): string => {
    if (script[part] === 'missing') return 'missing'
    called.push(part)
    if (script.stop?.during === part) stopped = script.stop.reason
    return script[part]
  }
  const thrown = (): Outcome => (stopped === null ? 'error' : stopped === 'shutdown' ? 'interrupted' : stopped)
  const outcome = ((): Outcome | 'lease lost' => {
    const valid = call('validate')
    if (valid === 'throws') return thrown()
    if (valid === 'refuses') return 'validation_failed'
    if (call('snapshot') === 'throws') return thrown()
    const executed = call('execute')
    if (executed === 'loses its lease') return 'lease lost'
    if (executed === 'throws') return thrown()
    if (executed === 'error') return 'error'
    const check = call('postCheck')
    if (check === 'throws') return thrown()
    return check === 'mismatch' ? 'post_check_failed' : 'success'
  })()
  return { called, outcome }
}

async function perform(script: Script): Promise<{ called: Part[]; outcome: Outcome | 'lease lost' }> {
  const called: Part[] = []
  const controller = new AbortController()
  let before: unknown
  const part = (name: Part, answer: () => unknown) => async (): Promise<never> => {
    called.push(name)
    await null
    if (script.stop?.during === name) controller.abort(script.stop.reason)
    if (script[name] === 'throws') throw new Error('thrown')
    return answer() as never
  }
  const op = {
    title: 'An op',
    ...(script.validate === 'missing'
      ? {}
      : {
          validate: part('validate', () => (script.validate === 'ok' ? { ok: true } : { ok: false, error: { code: 'NO', message: 'no' } })),
        }),
    ...(script.snapshot === 'missing' ? {} : { snapshot: part('snapshot', () => 'before') }),
    execute: part('execute', () => {
      if (script.execute === 'loses its lease') throw Object.assign(new Error('lost'), { code: 'LEASE_LOST' })
      return { outcome: script.execute }
    }),
    ...(script.postCheck === 'missing'
      ? {}
      : {
          postCheck: (_context: unknown, given: unknown) => {
            before = given
            return part('postCheck', () => ({ result: script.postCheck }))()
          },
        }),
  } as unknown as OpDefinition
  const ending = await runStep(op, { signal: controller.signal, emit: () => {} } as unknown as OpContext).catch(
    (error: Error & { code?: string }) => {
      if (error.code === 'LEASE_LOST') return { outcome: 'lease lost' as const }
      throw error
    },
  )
  if (called.includes('postCheck')) expect(before).toBe(script.snapshot === 'missing' ? null : 'before')
  return { called, outcome: ending.outcome }
}

property('a step does what its op’s parts say', (parameters) =>
  fc.assert(
    fc.asyncProperty(scripts, async (script) => {
      expect(await perform(script)).toEqual(foretell(script))
    }),
    parameters,
  ),
)

// --- Its clock: the real store and the real checker against someone with an hourglass.

/** Time that is left, and not moments: it runs down while nobody is waited for. */
interface Hourglass {
  left: number
  warned: number
  phase: 'normal' | 'warning' | 'timed_out'
  waiting: boolean
  onTimeout: 'ask' | 'kill'
}
interface Model {
  status: RunStatus
  outcome: Outcome | null
  killing: boolean
  wish: Attention | null
  glass: Hourglass | null
  stopAsked: boolean
}
interface Real {
  readonly clock: ManualClock
  readonly store: InProcessStore['store']
  run: ClaimedRun
  stopAsked: boolean
}
type Command = fc.AsyncCommand<Model, Real>

const attentionOf = ({ wish, glass }: Model): Attention | null =>
  wish ?? (glass?.phase === 'timed_out' && glass.onTimeout === 'ask' ? 'timeout' : null)

const command = (name: string, check: (model: Model) => boolean, run: (model: Model, real: Real) => Promise<void>): Command => ({
  check: (model) => check(model),
  toString: () => name,
  async run(model, real) {
    await run(model, real)
    const stored = (await real.store.get(real.run.id))!
    const { glass } = model
    expect({
      status: stored.status,
      outcome: stored.outcome,
      killing: stored.cancelMode === 'kill',
      attention: stored.attention,
      phase: stored.timeoutStatus,
      stands: stored.pausedAt !== null,
      left: stored.timeoutAt === null ? null : stored.timeoutAt - real.clock.now(),
      stopAsked: real.stopAsked,
    }).toEqual({
      status: model.status,
      outcome: model.outcome,
      killing: model.killing,
      attention: attentionOf(model),
      phase: glass?.phase ?? 'normal',
      stands: glass?.waiting ?? false,
      left: glass && !glass.waiting ? glass.left : null,
      stopAsked: model.stopAsked,
    })
  },
})

const isLive = ({ status }: Model): boolean => status === 'running' || status === 'cancelling'
const settle = (model: Model, status: RunStatus, outcome: Outcome | null): void => {
  Object.assign(model, { status, outcome, killing: false, wish: null, glass: null, stopAsked: false })
}

/** The checker looks once a second, so time passes by the second. */
const pass = fc.integer({ min: 1, max: 40 }).map((seconds) =>
  command(
    `${seconds} s pass`,
    () => true,
    async (model, { clock }) => {
      for (let second = 0; second < seconds; second++) {
        await clock.advance(1_000)
        const { glass } = model
        if (!glass || glass.waiting) continue
        glass.left -= 1_000
        glass.warned -= 1_000
        if (model.status !== 'running') continue
        if (glass.left <= 0) glass.phase = 'timed_out'
        else if (glass.warned <= 0 && glass.phase === 'normal') glass.phase = 'warning'
        if (glass.left <= 0 && glass.onTimeout === 'kill') model.stopAsked = true
      }
    },
  ),
)
const begin = fc
  .record({
    warn: fc.integer({ min: 1, max: 30 }),
    more: fc.integer({ min: 1, max: 30 }),
    onTimeout: fc.constantFrom('ask' as const, 'kill' as const),
  })
  .map((limits) =>
    command(`begin ${JSON.stringify(limits)}`, isLive, async (model, { store, run, clock }) => {
      const { warn, more, onTimeout } = limits
      const now = clock.now()
      const times = { warningAt: now + warn * 1_000, timeoutAt: now + (warn + more) * 1_000, timeoutStatus: 'normal', onTimeout } as const
      await store.updateStep(leaseOf(run), 0, { status: 'running', startedAt: now, ...times }, now)
      model.glass = { left: (warn + more) * 1_000, warned: warn * 1_000, phase: 'normal', waiting: false, onTimeout }
      model.wish = null
    }),
  )
const wish = fc.constantFrom<Attention | null>('permission', 'question', null, null).map((value) =>
  command(`attention ${value}`, isLive, async (model, { store, run, clock }) => {
    await store.updateRun(leaseOf(run), { attention: value }, clock.now())
    model.wish = value
    if (model.glass) model.glass.waiting = value !== null
  }),
)
const longer = fc.integer({ min: 2, max: 30 }).map((seconds) =>
  command(
    `wait ${seconds} s longer`,
    () => true,
    async (model, { store, run, clock }) => {
      const call = store.waitLonger(run.id, seconds * 1_000, clock.now())
      if (model.status !== 'running' || !model.glass) return expect(call).rejects.toMatchObject({ code: 'CONFLICT' })
      await call
      Object.assign(model.glass, { left: seconds * 1_000, warned: seconds * 500, phase: 'normal' })
    },
  ),
)
const cancel = fc.constantFrom('cancel' as const, 'kill' as const).map((mode) =>
  command(mode, isLive, async (model, { store, run, clock }) => {
    const call = store.cancel(run.id, { mode, reason: null }, clock.now())
    if (mode === 'kill' && model.killing) return expect(call).rejects.toMatchObject({ code: 'CONFLICT' })
    await call
    model.status = 'cancelling'
    model.killing ||= mode === 'kill'
  }),
)
const finish = fc.constantFrom<Outcome>('success', 'error', 'killed', 'timed_out').map((outcome) =>
  command(`ends with ${outcome}`, isLive, async (model, real) => {
    await real.store.complete(leaseOf(real.run), endingOf(outcome, { error: null, now: real.clock.now() }))
    real.stopAsked = false
    if (outcome === 'success') settle(model, 'succeeded', outcome)
    else if (model.killing || outcome === 'killed') settle(model, 'cancelled', 'killed')
    else if (model.status === 'cancelling') settle(model, 'cancelled', 'cancelled')
    else settle(model, 'failed', outcome)
  }),
)
const lose = fc.constant(
  command('its host dies', isLive, async (model, real) => {
    await real.store.rescue(['instance-1'], real.clock.now())
    real.stopAsked = false
    if (model.status === 'cancelling') settle(model, 'cancelled', model.killing ? 'killed' : 'cancelled')
    else if (model.glass?.phase === 'timed_out' && model.glass.onTimeout === 'kill') settle(model, 'failed', 'timed_out')
    else settle(model, 'queued', null)
  }),
)
const again = fc.constant(
  command(
    'is taken again',
    (model) => !isLive(model) && model.status !== 'succeeded',
    async (model, real) => {
      const now = real.clock.now()
      if (model.status !== 'queued') await real.store.retry(real.run.id, null, now)
      const [run] = await real.store.claim(claimOf({ now, leaseMs: 1e12 }))
      real.run = run!
      settle(model, 'running', null)
    },
  ),
)

/** Endings come seldom, so that a clock has a life before them. */
const lives = fc.commands<Model, Real, false>(
  [begin, begin, pass, pass, pass, pass, wish, wish, wish, wish, longer, longer, longer, cancel, finish, lose, again, again],
  { maxCommands: 60, size: 'max' },
)

property('the clock of a step runs down like an hourglass that is laid down while a person is waited for', (parameters) =>
  fc.assert(
    fc.asyncProperty(lives, async (commands) => {
      const clock = createManualClock(T)
      const { store } = openInProcess()
      await store.enqueue(aRun({ maxLost: 1_000 }), T)
      const [run] = await store.claim(claimOf({ leaseMs: 1e12 }))
      const real: Real = { clock, store, run: run!, stopAsked: false }
      const checker = createTimeoutChecker({
        store,
        pool: {
          stopAttempt(attemptId) {
            expect(attemptId).toBe(real.run.attemptId)
            real.stopAsked = true
            return true
          },
          holds: () => true,
        },
        random: () => 0,
        clock,
        logger: silentLogger,
      })
      const crashes: unknown[] = []
      checker.start({ ready: () => {}, crashed: (error) => crashes.push(error) })
      const model: Model = { status: 'running', outcome: null, killing: false, wish: null, glass: null, stopAsked: false }
      try {
        await fc.asyncModelRun(() => ({ model, real }), commands)
        expect(crashes).toEqual([])
      } finally {
        await checker.stop()
        await store.close()
      }
    }),
    parameters,
  ),
)
