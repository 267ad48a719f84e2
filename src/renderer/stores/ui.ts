import { create } from 'zustand'
import type { LaneName } from '../../shared/models/index.ts'
import { readPreference, savePreference } from './preferences.ts'

/** What a new run starts from when it is opened from somewhere. */
export interface NewRunDraft {
  readonly projectId?: string
  readonly lane?: LaneName
  readonly prompt?: string
}

/** What the dialog that runs an operation is opened with. */
export interface OpDraft {
  /** The op's name; none lets a person choose. */
  readonly op?: string
  readonly targets?: readonly string[]
}

export interface UiStore {
  /** Open while not null. */
  readonly newRun: NewRunDraft | null
  /** Open while not null. */
  readonly runOp: OpDraft | null
  readonly paletteOpen: boolean
  readonly helpOpen: boolean
  /** Shows one project's runs only; null shows all. */
  readonly projectId: string | null
  /** The run that j and k stand on, and that the palette's actions mean. */
  readonly runId: string | null
  /** Whether the activity panel beside the board is unfolded. */
  readonly activityOpen: boolean
}

/** What a person has opened, chosen and folded on this screen. The core knows none of it. */
export const useUi = create<UiStore>()(() => ({
  newRun: null,
  runOp: null,
  paletteOpen: false,
  helpOpen: false,
  projectId: readPreference('project'),
  runId: null,
  activityOpen: readPreference('activity') !== 'closed',
}))

export const openNewRun = (draft: NewRunDraft = {}): void => useUi.setState({ newRun: draft, paletteOpen: false })
export const closeNewRun = (): void => useUi.setState({ newRun: null })
export const openRunOp = (draft: OpDraft = {}): void => useUi.setState({ runOp: draft, paletteOpen: false })
export const closeRunOp = (): void => useUi.setState({ runOp: null })
export const setPaletteOpen = (paletteOpen: boolean): void => useUi.setState({ paletteOpen })
export const setHelpOpen = (helpOpen: boolean): void => useUi.setState({ helpOpen })
export const focusRun = (runId: string | null): void => useUi.setState({ runId })

export function filterProject(projectId: string | null): void {
  savePreference('project', projectId)
  useUi.setState({ projectId })
}

export function setActivityOpen(activityOpen: boolean): void {
  savePreference('activity', activityOpen ? null : 'closed')
  useUi.setState({ activityOpen })
}
