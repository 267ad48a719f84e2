import { FolderPlus, Play } from 'lucide-react'
import { useLocation } from 'wouter'
import { Button } from '../../components/index.ts'
import { startDemo, usePending } from '../../stores/index.ts'
import './welcome.css'

/** What stands above the lanes of a new installation. */
export function Welcome() {
  const [, navigate] = useLocation()
  const busy = usePending('host.startDemo')
  return (
    <section className="welcome" aria-labelledby="welcome-title">
      <div>
        <h2 id="welcome-title">Many coding agents at once, each in a git worktree of its own, on a queue that forgets nothing.</h2>
        <p>
          Add a git repository to work on, or watch the demo: real agents on a sample project with a scripted model. It needs no key and no
          network.
        </p>
      </div>
      <div className="welcome-actions">
        <Button variant="primary" size="l" icon={<FolderPlus />} onClick={() => navigate('/projects')}>
          Add a project
        </Button>
        <Button size="l" icon={<Play />} busy={busy} onClick={() => startDemo()}>
          Try the demo
        </Button>
      </div>
    </section>
  )
}
