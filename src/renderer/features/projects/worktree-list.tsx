import { useState } from 'react'
import { Link } from 'wouter'
import type { Worktree } from '../../../shared/models/index.ts'
import { Button, EmptyState, ErrorState, RelativeTime, Skeleton, Tag } from '../../components/index.ts'
import { formatBytes, plural } from '../../format/index.ts'
import { getClient, useQuery } from '../../stores/index.ts'
import { WorktreeDialog, type WorktreeVerb } from './worktree-dialog.tsx'

/** The checked-out folders of a project. Read from disk when it is unfolded and after each change. */
export function WorktreeList({ projectId }: { projectId: string }) {
  const query = useQuery(projectId, () => getClient().worktrees.list({ projectId }))
  const [asking, setAsking] = useState<{ worktree: Worktree; verb: WorktreeVerb } | null>(null)
  if (query.error && !query.data)
    return <ErrorState compact title="The worktrees could not be read" message={query.error} onRetry={query.reload} />
  if (!query.data) return <Skeleton rows={3} height={24} label="Reading the worktrees" />
  const { worktrees } = query.data
  if (worktrees.length === 0) return <EmptyState compact title="No worktrees" />
  return (
    <div className="worktrees">
      {worktrees.map((worktree) => (
        <WorktreeRow key={worktree.path} worktree={worktree} onAsk={(verb) => setAsking({ worktree, verb })} />
      ))}
      {asking && (
        <WorktreeDialog
          key={asking.worktree.id + asking.verb}
          {...asking}
          onClose={(changed) => {
            setAsking(null)
            if (changed) query.reload()
          }}
        />
      )}
    </div>
  )
}

function WorktreeRow({ worktree, onAsk }: { worktree: Worktree; onAsk: (verb: WorktreeVerb) => void }) {
  const name = worktree.branch ?? worktree.name
  return (
    <div className="worktree">
      <span className="mono truncate" title={worktree.path}>
        {worktree.runId ? <Link href={`/runs/${worktree.runId}`}>{name}</Link> : name}
      </span>
      <span className="tags">
        {worktree.main && <Tag>main checkout</Tag>}
        {worktree.dirty && <Tag tone="need">uncommitted</Tag>}
        {worktree.ahead > 0 && <Tag tone="run">{plural(worktree.ahead, 'commit')} ahead</Tag>}
      </span>
      <span className="size num">{worktree.sizeBytes === null ? '' : formatBytes(worktree.sizeBytes)}</span>
      <span className="when">{worktree.createdAt !== null && <RelativeTime at={worktree.createdAt} />}</span>
      <span className="verbs">
        {!worktree.main && (
          <>
            <Button size="s" variant="quiet" onClick={() => onAsk('reset')}>
              Reset
            </Button>
            <Button size="s" variant="danger" onClick={() => onAsk('remove')}>
              Remove
            </Button>
          </>
        )}
      </span>
    </div>
  )
}
