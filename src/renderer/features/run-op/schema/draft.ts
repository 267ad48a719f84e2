import type { Json } from '../../../../shared/models/index.ts'
import type { FieldOf, OpField } from './field.ts'

/**
 * What stands in a field, as it was typed.
 *
 * Text for `line`, `text`, `number` and `json`; the place of the choice, or empty, for `choice`; on or off for `switch`; rows for `list` and
 * `record`; drafts by name for `group`; for `either` the place of the chosen variant as `chosen` and under each place the drafts of that variant.
 */
export type Draft = string | boolean | readonly string[] | readonly Pair[] | Drafts
export type Pair = readonly [name: string, value: string]
export interface Drafts {
  readonly [name: string]: Draft
}

/** Where values are wrong: sentences by path, `server.url`. */
export type Faults = ReadonlyMap<string, string>

/** The drafts of a form that nobody has touched. */
export const emptyDrafts = (fields: readonly OpField[]): Drafts =>
  Object.fromEntries(fields.map((field) => [field.name, emptyDraft(field)]))

function emptyDraft(field: OpField): Draft {
  switch (field.kind) {
    case 'switch':
      return field.fallback === true
    case 'list':
    case 'record':
      return []
    case 'group':
      return emptyDrafts(field.fields)
    case 'either':
      return { chosen: '0', ...Object.fromEntries(field.variants.map(({ fields }, index) => [String(index), emptyDrafts(fields)])) }
    case 'choice': {
      const at = field.choices.findIndex(({ value }) => same(value, field.fallback))
      return at < 0 ? '' : String(at)
    }
    default:
      return ''
  }
}

/**
 * Reads the options of an op out of a form.
 *
 * What is empty, and what is the host's own default anyway, is left out. Only what the host could not say better is looked at: what is missing,
 * numbers, JSON, names of pairs.
 */
export function readOptions(fields: readonly OpField[], drafts: Drafts): { options: Record<string, Json>; faults: Faults } {
  const faults = new Map<string, string>()
  return { options: readGroup(fields, drafts, '', faults), faults }
}

function readGroup(fields: readonly OpField[], drafts: Drafts, prefix: string, faults: Map<string, string>): Record<string, Json> {
  const options: Record<string, Json> = {}
  for (const field of fields) {
    const draft = drafts[field.name] ?? emptyDraft(field)
    const path = prefix + field.name
    const before = faults.size
    const value = readValue(field, draft, path, faults)
    if (value === undefined && field.required && faults.size === before) faults.set(path, 'This is needed.')
    if (value !== undefined && !same(value, field.fallback)) options[field.name] = value
  }
  return options
}

function readValue(field: OpField, draft: Draft, path: string, faults: Map<string, string>): Json | undefined {
  const wrong = (message: string): undefined => void faults.set(path, message)
  switch (field.kind) {
    case 'switch':
      return draft === true
    case 'list': {
      const rows = (draft as readonly string[]).filter((row) => row !== '')
      return rows.length > 0 ? rows : undefined
    }
    case 'record': {
      const rows = (draft as readonly Pair[]).filter(([name, value]) => name !== '' || value !== '')
      const names = rows.map(([name]) => name.trim())
      const again = names.find((name, index) => names.indexOf(name) < index)
      if (names.includes('')) return wrong('A value has no name.')
      if (again !== undefined) return wrong(`“${again}” is there twice.`)
      return rows.length > 0 ? Object.fromEntries(rows.map(([, value], index) => [names[index]!, value])) : undefined
    }
    case 'group':
      if (!field.required && isBlank(field.fields, draft as Drafts)) return undefined
      return readGroup(field.fields, draft as Drafts, `${path}.`, faults)
    case 'either': {
      const chosen = (draft as Drafts).chosen as string
      const fields = field.variants[Number(chosen)]!.fields
      const drafts = (draft as Drafts)[chosen] as Drafts
      if (!field.required && isBlank(fields, drafts)) return undefined
      return readGroup(fields, drafts, `${path}.`, faults)
    }
    case 'choice':
      return draft === '' ? undefined : field.choices[Number(draft)]?.value
    case 'number':
      return readNumber(field, draft as string, wrong)
    case 'json':
      return readJson(field, draft as string, wrong)
    default:
      return (draft as string).trim() === '' ? undefined : (draft as string)
  }
}

function readNumber(field: FieldOf<'number'>, text: string, wrong: (message: string) => undefined): number | undefined {
  if (text.trim() === '') return undefined
  const value = Number(text.trim())
  const { whole, least, most } = field
  const fits =
    Number.isFinite(value) && (!whole || Number.isInteger(value)) && (least === null || value >= least) && (most === null || value <= most)
  if (fits) return value
  const bounds =
    least !== null && most !== null
      ? ` from ${least} to ${most}`
      : least !== null
        ? `, ${least} or more`
        : most !== null
          ? `, ${most} at most`
          : ''
  return wrong(`A ${whole ? 'whole ' : ''}number${bounds}.`)
}

function readJson(field: FieldOf<'json'>, text: string, wrong: (message: string) => undefined): Json | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  let value: Json
  try {
    value = JSON.parse(trimmed)
  } catch (error) {
    // What begins like JSON was meant as JSON, and a slip in it must not be sent as text.
    if (field.takesText && !/^[[{"]/.test(trimmed)) return text
    return wrong(`This is no JSON: ${(error as Error).message}`)
  }
  if (field.shape === 'list' && !Array.isArray(value)) return wrong('A list is needed, in square brackets.')
  if (field.shape === 'object' && (typeof value !== 'object' || value === null || Array.isArray(value))) {
    return wrong('An object is needed, in curly brackets.')
  }
  return value
}

const isBlank = (fields: readonly OpField[], drafts: Drafts): boolean =>
  fields.every((field) => same(drafts[field.name] as Json, emptyDraft(field) as Json))

const same = (a: Json | undefined, b: Json | undefined): boolean => JSON.stringify(a) === JSON.stringify(b)
