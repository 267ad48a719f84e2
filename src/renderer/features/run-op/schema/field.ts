import type { Json } from '../../../../shared/models/index.ts'

interface Common {
  /** As the op calls it. */
  readonly name: string
  readonly label: string
  readonly hint: string | null
  readonly required: boolean
  /** What the host takes when nothing is given; undefined when there is none. */
  readonly fallback: Json | undefined
}

/**
 * One parameter of an op as a form asks for it.
 *
 * `group` has fields of its own, `either` is one of several groups, `json` is whatever no plainer kind fits: text that is checked as JSON.
 */
export type OpField = Common &
  (
    | { readonly kind: 'line' | 'text' | 'switch' | 'list' | 'record' }
    | { readonly kind: 'number'; readonly whole: boolean; readonly least: number | null; readonly most: number | null }
    | { readonly kind: 'choice'; readonly choices: readonly { readonly label: string; readonly value: Json }[] }
    | { readonly kind: 'group'; readonly fields: readonly OpField[] }
    | { readonly kind: 'either'; readonly variants: readonly Variant[] }
    /** `takesText`: what is no JSON is meant as text. */
    | { readonly kind: 'json'; readonly shape: 'any' | 'object' | 'list'; readonly takesText: boolean }
  )

export interface Variant {
  readonly label: string
  readonly fields: readonly OpField[]
}

export type FieldOf<K extends OpField['kind']> = Extract<OpField, { readonly kind: K }>

/** What a screen knows of a parameter beyond its schema. */
export interface FieldWords {
  readonly label?: string
  readonly hint?: string
  /** One line is enough, however long the schema lets it be. */
  readonly short?: boolean
}

/** Words for parameters by their path: `server.env`. */
export type WordsOf = (path: string) => FieldWords | undefined
