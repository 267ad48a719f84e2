import { useEffect, useState } from 'react'
import type { Project } from '../../../shared/models/index.ts'
import { Input } from '../../components/index.ts'
import { toast, updateProject, useSettings } from '../../stores/index.ts'

/** How many runs of the project may be live at once; empty takes the limit for all. Saved on Enter or on leaving the field. */
export function ProjectLimit({ project }: { project: Project }) {
  const general = useSettings()?.limits.project
  const saved = project.limit === null ? '' : String(project.limit)
  const [draft, setDraft] = useState(saved)
  useEffect(() => setDraft(saved), [saved])
  const save = () => {
    if (draft.trim() === saved) return
    const limit = draft.trim() === '' ? null : Number(draft)
    if (limit !== null && !(Number.isInteger(limit) && limit >= 1 && limit <= 200)) {
      setDraft(saved)
      toast({ tone: 'fail', title: 'A limit is a whole number from 1 to 200' })
      return
    }
    void updateProject(project.id, { limit })
  }
  return (
    <span className="project-limit">
      at most
      <Input
        type="number"
        min={1}
        max={200}
        value={draft}
        placeholder={general === undefined ? '' : String(general)}
        aria-label={`Limit of ${project.name}`}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={save}
        onKeyDown={(event) => event.key === 'Enter' && save()}
      />
      at once
    </span>
  )
}
