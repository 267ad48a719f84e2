import type { Json } from '../../../../shared/models/index.ts'
import type { OpField, WordsOf } from './field.ts'
import { labelOf } from './label.ts'

/** A JSON schema, of which only what is looked at is known. */
type Schema = Readonly<Record<string, unknown>>

/** Text that may be longer than this gets several lines. */
const LINE_CHARS = 20_000

const isObject = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value)
const schemasIn = (value: unknown): readonly Schema[] => (Array.isArray(value) ? value.filter(isObject) : [])
const textOr = (value: unknown, otherwise: string | null): string | null => (typeof value === 'string' && value !== '' ? value : otherwise)

/**
 * Makes the fields of a form from the JSON schema of an op's parameters, in the schema's order.
 *
 * Nothing is left out: a parameter of an unforeseen shape becomes a `json` field.
 *
 * @param skip  a parameter that is given otherwise: the op's target
 */
export function fieldsOf(params: Schema, options: { skip?: string | null; words?: WordsOf } = {}): OpField[] {
  return readFields(params, '', { root: params, words: options.words ?? (() => undefined) }).filter(({ name }) => name !== options.skip)
}

interface Context {
  readonly root: Schema
  readonly words: WordsOf
}

function readFields(schema: Schema, prefix: string, context: Context): OpField[] {
  const required = Array.isArray(schema.required) ? schema.required : []
  const properties = isObject(schema.properties) ? schema.properties : {}
  return Object.entries(properties).flatMap(([name, its]) =>
    isObject(its) ? [readField(its, prefix + name, name, required.includes(name), context)] : [],
  )
}

function readField(given: Schema, path: string, name: string, required: boolean, context: Context): OpField {
  const schema = resolve(given, context.root)
  const words = context.words(path)
  const common = {
    name,
    label: textOr(given.title ?? schema.title, words?.label ?? labelOf(name))!,
    hint: textOr(given.description ?? schema.description, words?.hint ?? null),
    required,
    fallback: (given.default ?? schema.default) as Json | undefined,
  }
  const enumerated = choicesIn(schema)
  if (enumerated) return { ...common, kind: 'choice', choices: enumerated }
  const variants = schemasIn(schema.anyOf ?? schema.oneOf).map((variant) => resolve(variant, context.root))
  if (variants.length > 0) {
    if (!variants.every((variant) => isObject(variant.properties))) {
      return { ...common, kind: 'json', shape: 'any', takesText: variants.some(({ type }) => type === 'string') }
    }
    const read = variants.map((variant) => {
      const fields = readFields(variant, `${path}.`, context)
      const telling = fields.find((field) => field.required) ?? fields[0]
      return { label: textOr(variant.title, telling?.label ?? null) ?? 'Empty', fields }
    })
    return { ...common, kind: 'either', variants: read }
  }
  switch (schema.type) {
    case 'string': {
      const long = typeof schema.maxLength === 'number' && schema.maxLength > LINE_CHARS
      return { ...common, kind: long && !words?.short ? 'text' : 'line' }
    }
    case 'number':
    case 'integer':
      return {
        ...common,
        kind: 'number',
        whole: schema.type === 'integer',
        least: boundOf(schema.minimum, schema.exclusiveMinimum),
        most: boundOf(schema.maximum, schema.exclusiveMaximum),
      }
    case 'boolean':
      // Without a default, off is something else than not said.
      if (!required && common.fallback === undefined) return { ...common, kind: 'choice', choices: YES_NO }
      return { ...common, kind: 'switch' }
    case 'array':
      return isPlainText(schema.items, context.root)
        ? { ...common, kind: 'list' }
        : { ...common, kind: 'json', shape: 'list', takesText: false }
    case 'object':
      if (isObject(schema.properties)) return { ...common, kind: 'group', fields: readFields(schema, `${path}.`, context) }
      return isPlainText(schema.additionalProperties, context.root)
        ? { ...common, kind: 'record' }
        : { ...common, kind: 'json', shape: 'object', takesText: false }
    default:
      return { ...common, kind: 'json', shape: 'any', takesText: false }
  }
}

const YES_NO = [
  { label: 'Yes', value: true },
  { label: 'No', value: false },
]

/** Follows a reference into the schema's own definitions. One that leads nowhere allows anything. */
function resolve(schema: Schema, root: Schema): Schema {
  if (typeof schema.$ref !== 'string') return schema
  const name = schema.$ref.replace(/^#\/\$defs\//, '')
  const found = isObject(root.$defs) ? root.$defs[name] : undefined
  return isObject(found) ? found : {}
}

function choicesIn(schema: Schema): { label: string; value: Json }[] | null {
  const values = Array.isArray(schema.enum) ? (schema.enum as Json[]) : 'const' in schema ? [schema.const as Json] : null
  return values?.map((value) => ({ label: typeof value === 'string' ? value : JSON.stringify(value), value })) ?? null
}

const isPlainText = (schema: unknown, root: Schema): boolean => {
  const found = isObject(schema) ? resolve(schema, root) : null
  return found?.type === 'string' && !Array.isArray(found.enum)
}

/** A safe integer's own limit is no limit that a person should read. */
function boundOf(inclusive: unknown, exclusive: unknown): number | null {
  const bound = typeof inclusive === 'number' ? inclusive : typeof exclusive === 'number' ? exclusive : null
  return bound === null || Math.abs(bound) >= Number.MAX_SAFE_INTEGER ? null : bound
}
