import { ChevronDown, ChevronRight, FolderDown, FolderTree, FolderX, Plus, ShieldCheck, ShieldOff, SquareTerminal } from 'lucide-react'
import { useState } from 'react'
import type { Project } from '../../../shared/models/index.ts'
import { Button, ConfirmDialog, Menu, type MenuEntry, Switch, Tag } from '../../components/index.ts'
import { dispatchOp, openNewRun, openRunOp, removeProject, selectProject, trustProject, useLive, usePending } from '../../stores/index.ts'
import { ProjectLimit } from './project-limit.tsx'
import { WorktreeList } from './worktree-list.tsx'

/** What can be run at a project; what needs more words than that opens the dialog. */
const opsOf = ({ id, name, problem }: Project): MenuEntry[] => {
  const at = { targets: [id] }
  const disabled = problem !== null
  return [
    { label: 'Pull', icon: <FolderDown />, disabled, onSelect: () => void dispatchOp(`Pull ${name}`, { op: 'git.pull', ...at }) },
    { label: 'Create worktree…', icon: <FolderTree />, disabled, onSelect: () => openRunOp({ op: 'worktree.create', ...at }) },
    { label: 'Shell command…', icon: <SquareTerminal />, disabled, onSelect: () => openRunOp({ op: 'shell', ...at }) },
  ]
}

/** One project: what it is, whether agents may work in it, and its worktrees on demand. */
export function ProjectSheet({ project, onTrust }: { project: Project; onTrust: () => void }) {
  const [unfolded, setUnfolded] = useState(false)
  const [removing, setRemoving] = useState(false)
  const counts = useLive((s) => s.board.counts.get(project.id))
  const selecting = usePending('projects.select')
  const live = (counts?.running ?? 0) + (counts?.need ?? 0)
  return (
    <section className="sheet project" aria-label={`Project ${project.name}`}>
      <div className="project-head">
        <h2>{project.name}</h2>
        {project.trusted ? <Tag tone="ok">trusted</Tag> : <Tag tone="need">not trusted</Tag>}
        {live > 0 && <Tag tone="run">{live} running</Tag>}
        {(counts?.queued ?? 0) > 0 && <Tag>{counts?.queued} queued</Tag>}
        <span className="mono truncate project-path" title={project.path}>
          {project.path}
        </span>
        <span className="end">
          {!project.trusted && (
            <Button icon={<ShieldCheck />} onClick={onTrust}>
              Trust…
            </Button>
          )}
          <Button icon={<Plus />} disabled={!project.trusted} onClick={() => openNewRun({ projectId: project.id })}>
            New run here
          </Button>
          <Menu
            label={`More about ${project.name}`}
            trigger={
              <Button variant="quiet" icon={<ChevronDown />} aria-label={`More about ${project.name}`}>
                More
              </Button>
            }
            items={() => [
              ...opsOf(project),
              'line',
              project.trusted && {
                label: 'Take the trust back',
                icon: <ShieldOff />,
                onSelect: () => void trustProject(project.id, false),
              },
              project.trusted && 'line',
              { label: 'Remove from the list', icon: <FolderX />, danger: true, onSelect: () => setRemoving(true) },
            ]}
          />
        </span>
      </div>
      {project.problem && (
        <p className="project-problem" role="alert">
          {project.problem}
        </p>
      )}
      <div className="project-facts">
        <Button
          variant="quiet"
          size="s"
          icon={unfolded ? <ChevronDown /> : <ChevronRight />}
          aria-expanded={unfolded}
          onClick={() => setUnfolded(!unfolded)}
        >
          Worktrees
        </Button>
        <Switch
          checked={project.selected}
          disabled={selecting}
          onCheckedChange={(selected) => void selectProject(selected ? project.id : null)}
          label="Preselected for new runs"
        />
        <ProjectLimit project={project} />
        {project.defaultBranch && (
          <span>
            branch <span className="mono">{project.defaultBranch}</span>
          </span>
        )}
      </div>
      {unfolded && <WorktreeList projectId={project.id} />}
      <ConfirmDialog
        open={removing}
        onOpenChange={setRemoving}
        title={`Remove ${project.name} from the list?`}
        description="The control room forgets the project. Its files, its worktrees and its runs stay where they are."
        action="Remove from the list"
        onConfirm={async () => (await removeProject(project.id)) !== null}
      />
    </section>
  )
}
