import { FolderGit2, Plus } from 'lucide-react'
import { useState } from 'react'
import { Button, EmptyState, Input, Skeleton } from '../../components/index.ts'
import { addProject, startDemo, useLive, usePending } from '../../stores/index.ts'
import { ProjectSheet } from './project-sheet.tsx'
import './projects-page.css'
import { TrustDialog } from './trust-dialog.tsx'

/** The repositories this control room knows: add, trust, choose, limit, remove; and their worktrees. */
export function ProjectsPage() {
  const ready = useLive((s) => s.ready)
  const projects = useLive((s) => s.projects)
  const [trusting, setTrusting] = useState<string | null>(null)
  const rows = [...projects.values()].sort((a, b) => a.name.localeCompare(b.name))
  return (
    <div className="page">
      <div className="page-head">
        <h1>Projects</h1>
        <AddProject onAdded={setTrusting} />
      </div>
      {!ready ? (
        <div className="page-scroll">
          <Skeleton rows={3} height={104} label="Loading the projects" />
        </div>
      ) : rows.length === 0 ? (
        <NoProjects />
      ) : (
        <div className="page-scroll projects">
          {rows.map((project) => (
            <ProjectSheet key={project.id} project={project} onTrust={() => setTrusting(project.id)} />
          ))}
        </div>
      )}
      <TrustDialog key={trusting} projectId={trusting} onClose={() => setTrusting(null)} />
    </div>
  )
}

/** Adds by path: the core sees folders that a browser cannot. Asks for trust at once, since nothing can run before that. */
function AddProject({ onAdded }: { onAdded: (projectId: string) => void }) {
  const [path, setPath] = useState('')
  const busy = usePending('projects.add')
  return (
    <form
      className="add-project"
      onSubmit={async (event) => {
        event.preventDefault()
        const project = await addProject(path.trim())
        if (!project) return
        setPath('')
        if (!project.trusted) onAdded(project.id)
      }}
    >
      <Input
        mono
        value={path}
        aria-label="Path of a git repository"
        placeholder="/absolute/path/of/a/git/repository"
        spellCheck={false}
        onChange={(event) => setPath(event.currentTarget.value)}
      />
      <Button type="submit" variant="primary" icon={<Plus />} busy={busy} disabled={!path.trim()}>
        Add
      </Button>
    </form>
  )
}

function NoProjects() {
  const busy = usePending('host.startDemo')
  return (
    <EmptyState
      icon={<FolderGit2 />}
      title="No projects yet"
      actions={
        <Button busy={busy} onClick={() => startDemo()}>
          Try the demo
        </Button>
      }
    >
      A project is a git repository on the machine where the core runs. Give its absolute path above; nothing in it is run or changed by
      adding it.
    </EmptyState>
  )
}
