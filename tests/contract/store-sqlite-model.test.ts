import fc from 'fast-check'
import { property } from '../support/sequences.ts'
import { openInProcess } from '../unit/store/in-process-store.ts'
import { checkInvariants, createModel, histories } from './store-model.ts'

property('the SQLite store does what a small model does', (parameters) =>
  fc.assert(
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
    parameters,
  ),
)
