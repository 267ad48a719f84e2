import { useLive, useUi } from '../../stores/index.ts'

/** The project whose runs are shown; null for all, also when the chosen one is gone. */
export function useShownProject(): string | null {
  const projectId = useUi((s) => s.projectId)
  return useLive((s) => (projectId && s.projects.has(projectId) ? projectId : null))
}

/** The same, outside of drawing. */
export function shownProject(): string | null {
  const { projectId } = useUi.getState()
  return projectId && useLive.getState().projects.has(projectId) ? projectId : null
}
