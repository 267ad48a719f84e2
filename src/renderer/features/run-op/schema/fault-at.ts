import type { Drafts, Faults } from './draft.ts'
import type { OpField } from './field.ts'

/**
 * What is to be said at a field: that its value is wrong, or something inside it that has no field of its own on screen.
 *
 * So no complaint is lost, wherever in a value it points.
 */
export function faultAt(faults: Faults, path: string, field: OpField, draft?: Drafts): string | null {
  const shown = new Set(shownFields(field, draft).map(({ name }) => name))
  for (const [at, message] of faults) {
    if (at === path) return message
    if (!at.startsWith(`${path}.`)) continue
    const inside = at.slice(path.length + 1)
    if (!shown.has(inside.split('.')[0]!)) return `${inside}: ${message}`
  }
  return null
}

const shownFields = (field: OpField, draft: Drafts | undefined): readonly OpField[] => {
  if (field.kind === 'group') return field.fields
  if (field.kind === 'either') return field.variants[Number(draft?.chosen ?? 0)]!.fields
  return []
}
