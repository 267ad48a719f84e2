import { FolderPlus, ShieldAlert } from 'lucide-react'
import type { Project } from '../../../shared/models/index.ts'
import { Button } from '../../components/index.ts'

export interface ProjectNoticeProps {
  readonly project: Project | undefined
  /** Whether the run cannot do without a trusted project. */
  readonly needed: boolean
  readonly anyProject: boolean
  readonly busy: boolean
  readonly onTrust: (projectId: string) => void
  readonly onAddProject: () => void
}

/** What stands between a project and an agent in it: that it is missing, or not trusted, and what would run if it were. */
export function ProjectNotice({ project, needed, anyProject, busy, onTrust, onAddProject }: ProjectNoticeProps) {
  if (project?.problem)
    return (
      <div className="new-run-notice failed" role="alert">
        <ShieldAlert />
        <p>{project.problem}</p>
      </div>
    )
  if (!needed) return null
  if (!anyProject)
    return (
      <div className="new-run-notice">
        <FolderPlus />
        <p>
          <b>There is no project yet.</b> An agent works in a git repository that you have added.
        </p>
        <Button onClick={onAddProject}>Add a project</Button>
      </div>
    )
  if (project === undefined || project.trusted) return null
  return (
    <section className="new-run-notice" aria-label={`Trust ${project.name}`}>
      <ShieldAlert />
      <div>
        <p>
          <b>{project.name} is not trusted.</b>{' '}
          {project.runsCode.length > 0
            ? 'An agent that opens it runs this code of the repository on your machine:'
            : 'Agents in it can run its scripts and tests on your machine. It has no OpenCode plugins or servers of its own.'}
        </p>
        {project.runsCode.length > 0 && (
          <ul className="mono">
            {project.runsCode.map((entry) => (
              <li key={entry}>{entry}</li>
            ))}
          </ul>
        )}
      </div>
      <Button busy={busy} onClick={() => onTrust(project.id)}>
        Trust {project.name}
      </Button>
    </section>
  )
}
