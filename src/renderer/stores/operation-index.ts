import type { Operation } from '../../shared/models/index.ts'

/** Operation ids in the order of the panels. An array is replaced only when its order changed. */
export interface OperationIndex {
  /** At work first, newest on top; then failed ones that nobody dismissed. */
  readonly active: readonly string[]
  /** Newest ending first. */
  readonly history: readonly string[]
  /** How many are at work; failed ones do not count. */
  readonly working: number
}

type Operations = ReadonlyMap<string, Operation>

export const NO_OPERATIONS: OperationIndex = { active: [], history: [], working: 0 }

/** Sorts all operations into the two panels. */
export function indexOperations(operations: Operations): OperationIndex {
  const active: Operation[] = []
  const history: Operation[] = []
  let working = 0
  for (const operation of operations.values()) {
    ;(operation.inHistory ? history : active).push(operation)
    if (operation.state === 'active') working++
  }
  const failed = (operation: Operation) => Number(operation.state === 'failed')
  active.sort((a, b) => failed(a) - failed(b) || b.startedAt - a.startedAt)
  history.sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0))
  return { active: active.map((operation) => operation.id), history: history.map((operation) => operation.id), working }
}

/** The index after some operations changed: the same object unless one of them came, went, or belongs elsewhere now. */
export function reindexOperations(
  index: OperationIndex,
  before: Operations,
  after: Operations,
  changed: ReadonlySet<string>,
): OperationIndex {
  for (const id of changed) {
    const was = before.get(id)
    const is = after.get(id)
    if (was?.state !== is?.state || was?.inHistory !== is?.inHistory || was?.endedAt !== is?.endedAt) return indexOperations(after)
  }
  return index
}
