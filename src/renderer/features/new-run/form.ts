import type { CreateRun } from '../../../shared/contract/index.ts'
import { LANE_NAMES, type LaneName, type PermissionPolicy } from '../../../shared/models/index.ts'
import { type SplitMode, splitPrompts, titleOf } from './split-prompts.ts'

export type RunKind = 'agent' | 'shell'

/** What the dialog is filled with. Numbers are kept as typed, so that an empty field means the usual. */
export interface RunForm {
  readonly kind: RunKind
  readonly text: string
  readonly mode: SplitMode
  /** Empty: none. */
  readonly projectId: string
  readonly lane: LaneName
  /** `provider/model`; empty takes the default. */
  readonly model: string
  readonly policy: PermissionPolicy
  /** Branch, tag or commit; empty takes the project's HEAD. */
  readonly base: string
  readonly priority: string
  readonly maxAttempts: string
}

export const EMPTY_FORM: RunForm = {
  kind: 'agent',
  text: '',
  mode: 'one',
  projectId: '',
  lane: 'A',
  model: '',
  policy: 'ask',
  base: '',
  priority: '',
  maxAttempts: '',
}

/** The choices that are remembered for the next run. What was written is not: it may hold secrets. */
export type RunChoices = Pick<RunForm, 'kind' | 'mode' | 'projectId' | 'lane' | 'model' | 'policy'>

export const choicesOf = ({ kind, mode, projectId, lane, model, policy }: RunForm): RunChoices => ({
  kind,
  mode,
  projectId,
  lane,
  model,
  policy,
})

const oneOf = <T extends string>(value: unknown, allowed: readonly T[]): T | undefined => allowed.find((one) => one === value)

/** Reads remembered choices. What is not there or makes no sense is left out. */
export const parseChoices = (text: string | null): Partial<RunChoices> => {
  let kept: Record<string, unknown> = {}
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    if (typeof value === 'object' && value !== null) kept = value as Record<string, unknown>
  } catch {}
  const choices: { [K in keyof RunChoices]?: RunChoices[K] | undefined } = {
    kind: oneOf(kept.kind, ['agent', 'shell']),
    mode: oneOf(kept.mode, ['one', 'lines', 'blocks']),
    lane: oneOf(kept.lane, LANE_NAMES),
    policy: oneOf(kept.policy, ['ask', 'allow-edits', 'allow-all']),
    projectId: typeof kept.projectId === 'string' && kept.projectId.length <= 40 ? kept.projectId : undefined,
    model: typeof kept.model === 'string' && kept.model.length <= 300 ? kept.model : undefined,
  }
  return Object.fromEntries(Object.entries(choices).filter(([, value]) => value !== undefined)) as Partial<RunChoices>
}

/** A whole number as typed: null for an empty field, undefined for anything that is none or out of bounds. */
export const parseWhole = (text: string, least: number, most: number): number | null | undefined => {
  if (text.trim() === '') return null
  const value = Number(text.trim())
  return Number.isInteger(value) && value >= least && value <= most ? value : undefined
}

/** What is wrong with a form, by field; empty when it can be sent. The text and the project are looked at by the dialog. */
export const formErrors = (form: RunForm): Partial<Record<'priority' | 'maxAttempts', string>> => ({
  ...(parseWhole(form.priority, -1_000_000, 1_000_000) === undefined ? { priority: 'A whole number. Lower goes first.' } : {}),
  ...(parseWhole(form.maxAttempts, 1, 100) === undefined ? { maxAttempts: 'A whole number from 1 to 100.' } : {}),
})

/** One request for each prompt of a form, without idempotency keys. Call it with a form that has no errors. */
export const requestsOf = (form: RunForm): CreateRun[] =>
  splitPrompts(form.text, form.mode).map((prompt) => {
    const priority = parseWhole(form.priority, -1_000_000, 1_000_000)
    const maxAttempts = parseWhole(form.maxAttempts, 1, 100)
    return {
      title: titleOf(prompt),
      ...(form.kind === 'shell'
        ? { steps: [{ op: 'shell', params: { command: prompt } }] }
        : { prompt, policy: form.policy, ...(form.model.trim() === '' ? {} : { model: form.model.trim() }) }),
      lane: form.lane,
      ...(form.projectId === '' ? {} : { projectId: form.projectId }),
      ...(form.base.trim() === '' || form.projectId === '' ? {} : { base: form.base.trim() }),
      ...(typeof priority === 'number' ? { priority } : {}),
      ...(typeof maxAttempts === 'number' ? { maxAttempts } : {}),
    }
  })

/** Puts prompts back into one text that splits into them again. */
export const joinPrompts = (prompts: readonly string[], mode: SplitMode): string => prompts.join(mode === 'lines' ? '\n' : '\n\n')
