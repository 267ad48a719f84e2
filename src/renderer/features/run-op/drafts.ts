import { create } from 'zustand'
import type { TargetKind } from '../../../shared/contract/index.ts'
import type { LaneName } from '../../../shared/models/index.ts'
import { type OpDraft, useLive, useUi } from '../../stores/index.ts'
import type { Drafts } from './schema/draft.ts'

interface OpDrafts {
  /** The chosen op; null until one is. */
  readonly op: string | null
  /** What was filled in, by op. */
  readonly forms: Readonly<Record<string, Drafts>>
  /** What was ticked, by kind of target: choosing another op of the same kind keeps it. */
  readonly targets: Readonly<Partial<Record<TargetKind, readonly string[]>>>
  readonly lane: LaneName
}

const EMPTY: OpDrafts = { op: null, forms: {}, targets: {}, lane: 'A' }

/** What is in the dialog. It stays while the dialog is closed, until it is sent or the page is. */
export const useOpDrafts = create<OpDrafts>()(() => EMPTY)

export const chooseOp = (op: string): void => useOpDrafts.setState({ op })
export const changeForm = (op: string, drafts: Drafts): void => useOpDrafts.setState((s) => ({ forms: { ...s.forms, [op]: drafts } }))
export const changeLane = (lane: LaneName): void => useOpDrafts.setState({ lane })
export const changeTargets = (kind: TargetKind, ids: readonly string[]): void =>
  useOpDrafts.setState((s) => ({ targets: { ...s.targets, [kind]: ids } }))

/** The project that is meant when none was named: the one that is shown alone, or the only one. */
const likelyProjects = (): readonly string[] => {
  const { projects } = useLive.getState()
  const shown = useUi.getState().projectId
  if (shown !== null && projects.has(shown)) return [shown]
  return projects.size === 1 ? [...projects.keys()] : []
}

/** Fills the dialog as it opens: what it was opened with over what was left in it. What was ticked for another errand is not kept. */
export function openOpDrafts(from: OpDraft, kindOf: (op: string) => TargetKind | undefined): void {
  const kind = from.op === undefined ? undefined : kindOf(from.op)
  useOpDrafts.setState((s) => ({
    op: from.op ?? s.op,
    targets: { project: likelyProjects(), ...(kind && from.targets ? { [kind]: from.targets } : {}) },
  }))
}

/** Forgets what was sent. */
export const finishOp = (op: string): void =>
  useOpDrafts.setState((s) => ({ forms: Object.fromEntries(Object.entries(s.forms).filter(([name]) => name !== op)), targets: {} }))
