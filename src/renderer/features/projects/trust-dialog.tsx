import { Button, Dialog } from '../../components/index.ts'
import { trustProject, useLive, usePending } from '../../stores/index.ts'

/** Asks whether agents may work in a project, and shows what in it would run by itself. */
export function TrustDialog({ projectId, onClose }: { projectId: string | null; onClose: () => void }) {
  const project = useLive((s) => (projectId ? s.projects.get(projectId) : undefined))
  const busy = usePending(`projects.trust:${projectId}`)
  if (!project) return null
  const trust = async () => {
    if (await trustProject(project.id)) onClose()
  }
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Trust ${project.name}?`}
      description="An agent that opens a repository runs what the repository brings along, with your rights on this machine."
      footer={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button variant="primary" busy={busy} onClick={trust}>
            Trust this project
          </Button>
        </>
      }
    >
      {project.runsCode.length > 0 ? (
        <>
          <p>This would run:</p>
          <ul className="trust-list mono">
            {project.runsCode.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </>
      ) : (
        <p>
          No plugins, servers or agent settings were found in it. Agents still run its build and its tests when they are told or allowed to.
        </p>
      )}
      <p className="faint">You are asked again when this changes. Permissions that agents ask for are a courtesy, no sandbox.</p>
    </Dialog>
  )
}
