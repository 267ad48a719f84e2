import { create } from 'zustand'
import { type NewRunDraft, useLive } from '../../stores/index.ts'
import { readPreference, savePreference } from '../../stores/preferences.ts'
import { choicesOf, EMPTY_FORM, parseChoices, type RunForm } from './form.ts'

interface DraftStore {
  readonly form: RunForm
  /** Whether the project was chosen by a person, or by the place where the dialog was opened. */
  readonly seen: boolean
}

/** What is in the dialog. It stays while the dialog is closed, until it is sent or the page is. */
export const useDraft = create<DraftStore>()(() => ({ form: EMPTY_FORM, seen: false }))

export const changeDraft = (change: Partial<RunForm>): void =>
  useDraft.setState(({ form }) => ({ form: { ...form, ...change }, seen: true }))

/** The project that a new run most likely belongs to: the one it was opened from, the last one, the selected one, the only one. */
const likelyProject = (wanted: (string | null | undefined)[]): string => {
  const { projects } = useLive.getState()
  const known = wanted.find((id) => id && projects.has(id))
  if (known) return known
  const all = [...projects.values()]
  return (all.find((project) => project.selected) ?? (all.length === 1 ? all[0] : undefined))?.id ?? ''
}

/** Fills the dialog as it opens: what was left in it, else the choices of last time, and over both what it was opened with. */
export const openDraft = (from: NewRunDraft, filteredProject: string | null): void => {
  const { form, seen } = useDraft.getState()
  const kept = seen
    ? form
    : {
        ...EMPTY_FORM,
        policy: useLive.getState().settings.get('settings')?.opencode.policy ?? 'ask',
        ...parseChoices(readPreference('new-run')),
      }
  useDraft.setState({
    seen: true,
    form: {
      ...kept,
      ...(from.lane ? { lane: from.lane } : {}),
      ...(from.prompt === undefined ? {} : { text: from.prompt, kind: 'agent' as const }),
      projectId: likelyProject([from.projectId, seen ? kept.projectId : filteredProject, kept.projectId]),
    },
  })
}

/** Remembers the choices, and empties what was written. */
export const finishDraft = (): void => {
  const { form } = useDraft.getState()
  savePreference('new-run', JSON.stringify(choicesOf(form)))
  useDraft.setState({ form: { ...form, text: '', base: '', priority: '', maxAttempts: '' } })
}
