import type { Worktree } from '../../../shared/models/index.ts'
import { ConfirmDialog, Skeleton } from '../../components/index.ts'
import { plural } from '../../format/index.ts'
import { getClient, removeWorktree, resetWorktree, useQuery } from '../../stores/index.ts'

export type WorktreeVerb = 'remove' | 'reset'

const MOST_FILES = 200

interface WorktreeDialogProps {
  readonly worktree: Worktree
  readonly verb: WorktreeVerb
  readonly onClose: (changed: boolean) => void
}

/** Asks before a worktree is removed or reset, lists what would go, and wants a separate consent for work that is nowhere else. */
export function WorktreeDialog({ worktree, verb, onClose }: WorktreeDialogProps) {
  const unsaved = worktree.dirty || worktree.ahead > 0
  const act = verb === 'remove' ? removeWorktree : resetWorktree
  const what = [worktree.dirty && 'uncommitted changes', worktree.ahead > 0 && `${plural(worktree.ahead, 'commit')} that nothing else has`]
    .filter(Boolean)
    .join(' and ')
  let done = false
  return (
    <ConfirmDialog
      open
      onOpenChange={() => onClose(done)}
      title={verb === 'remove' ? `Remove worktree ${worktree.name}?` : `Reset worktree ${worktree.name}?`}
      description={
        verb === 'remove'
          ? 'The folder and its branch go. A snapshot of it is kept first, without the files that git ignores.'
          : 'The folder goes back to the commit it started from. A snapshot of it is kept first, without the files that git ignores.'
      }
      action={verb === 'remove' ? 'Remove' : 'Reset'}
      {...(unsaved ? { consent: `Discard ${what}` } : {})}
      onConfirm={async () => {
        done = (await act(worktree.id, unsaved)) !== null
        return done
      }}
    >
      {unsaved && worktree.runId && <Losses runId={worktree.runId} />}
      {!unsaved && <p>Nothing uncommitted and nothing unmerged is in it.</p>}
    </ConfirmDialog>
  )
}

/** Which files the run changed. */
function Losses({ runId }: { runId: string }) {
  const query = useQuery(runId, () => getClient().runs.diff({ id: runId }))
  if (query.error) return <p className="faint">What changed could not be listed: {query.error}</p>
  if (!query.data) return <Skeleton rows={3} height={18} label="Looking at what changed" />
  const { files } = query.data
  if (files.length === 0) return null
  return (
    <>
      <p>{plural(files.length, 'changed file')}:</p>
      <ul className="trust-list mono">
        {files.slice(0, MOST_FILES).map((file) => (
          <li key={file.path}>
            <span>{file.path}</span>
            <span className="faint">{file.status === 'deleted' ? 'deleted' : `+${file.additions} −${file.deletions}`}</span>
          </li>
        ))}
        {files.length > MOST_FILES && <li>and {files.length - MOST_FILES} more</li>}
      </ul>
    </>
  )
}
