import fc from 'fast-check'
import { test } from 'vitest'
import { openInProcess } from '../unit/store/in-process-store.ts'
import { checkInvariants, createModel, histories } from './store-model.ts'

// A failure is repeated with STORE_SEED=<seed>; STORE_HISTORIES=10000 is for a long look.
const seed = Number(process.env.STORE_SEED ?? Date.now() % 2 ** 31)
const numRuns = Number(process.env.STORE_HISTORIES ?? 300)

test(
  `the SQLite store does what a small model does, in ${numRuns} random histories (seed ${seed})`,
  async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (commands) => {
        const { store } = openInProcess()
        const model = createModel()
        await store.updateLane('A', model.lanes.A)
        await store.updateLane('B', model.lanes.B)
        try {
          await fc.asyncModelRun(() => ({ model, real: store }), commands)
          await checkInvariants(model, store)
        } finally {
          await store.close()
        }
      }),
      { seed, numRuns },
    )
  },
  60_000 + numRuns * 200,
)
