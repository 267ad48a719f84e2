import { codeOf, messageOf } from '../../../stores/perform.ts'
import type { Faults } from './draft.ts'
import type { OpField } from './field.ts'

/** Why the host refused a dispatch, sorted by where a person can mend it. */
export interface Refusal {
  /** By path of the parameter. */
  readonly fields: Faults
  readonly targets: string | null
  /** Which target it is about, counted from 0; null when all. */
  readonly target: number | null
  readonly lane: string | null
  /** What belongs to no field. */
  readonly general: string | null
}

export const NO_REFUSAL: Refusal = { fields: new Map(), targets: null, target: null, lane: null, general: null }

/** Whether the host has said for certain that it stored nothing. After a line that was cut, nobody knows. */
export const isRefusal = (error: unknown): boolean => {
  const code = codeOf(error)
  return code !== null && code !== 'INTERNAL' && code !== 'STORE_UNAVAILABLE'
}

interface Issue {
  readonly path: string
  readonly message: string
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

/** Puts what a failed dispatch said where it belongs. Whatever names no field of the form is general. */
export function readRefusal(error: unknown, fields: readonly OpField[]): Refusal {
  const data = isObject(error) && isObject(error.data) ? error.data : {}
  const issues = issuesIn(data)
  const whole = messageOf(error)
  const told = issues.length > 0 ? issues : typeof data.field === 'string' ? [{ path: data.field, message: whole }] : []
  const faults = new Map<string, string>()
  let refusal: Refusal = NO_REFUSAL
  for (const { path, message } of told) {
    const sentence = sentenceOf(path, message)
    const [area, ...rest] = path.split('.')
    if (area === 'options' && fields.some(({ name }) => name === rest[0])) {
      if (!faults.has(rest.join('.'))) faults.set(rest.join('.'), sentence)
    } else if (area === 'targets' || area === 'hosts' || area === 'projectId' || area === 'op') {
      const at = rest[0] === undefined ? null : Number(rest[0])
      refusal = { ...refusal, targets: refusal.targets ?? sentence, target: refusal.target ?? at }
    } else if (area === 'lane') refusal = { ...refusal, lane: sentence }
    else refusal = { ...refusal, general: refusal.general ?? sentence }
  }
  if (told.length === 0) refusal = { ...refusal, general: whole }
  return { ...refusal, fields: faults }
}

/** Complaints in either shape that the host has: about the request as a whole (`field`), or about the op's own parameters (`path`). */
function issuesIn(data: Readonly<Record<string, unknown>>): Issue[] {
  if (!Array.isArray(data.issues)) return []
  return data.issues.filter(isObject).flatMap((issue): Issue[] => {
    const message = String(issue.message ?? '')
    if (typeof issue.field === 'string') return [{ path: issue.field, message }]
    if (!Array.isArray(issue.path)) return []
    const path = ['options', ...issue.path].join('.')
    return insideUnion(issue, path) ?? [{ path, message }]
  })
}

/** A union only says that nothing fits. The variant that got furthest says what is wrong. */
function insideUnion(issue: Readonly<Record<string, unknown>>, path: string): Issue[] | null {
  if (!Array.isArray(issue.errors)) return null
  const variants = issue.errors.filter(Array.isArray).map((errors) => errors.filter(isObject))
  const known = variants.filter((errors) => errors.length > 0 && errors.every(({ code }) => code !== 'unrecognized_keys'))
  const [nearest] = (known.length > 0 ? known : variants).sort((a, b) => a.length - b.length)
  return (
    nearest?.map((error) => ({
      path: [path, ...(Array.isArray(error.path) ? error.path : [])].join('.'),
      message: String(error.message ?? ''),
    })) ?? null
  )
}

/** A message as a sentence, without the place that it stands at anyway. */
function sentenceOf(path: string, message: string): string {
  const plain = message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message
  const text = plain.charAt(0).toUpperCase() + plain.slice(1)
  return /[.!?]$/.test(text) ? text : `${text}.`
}
