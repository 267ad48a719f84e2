import { ChevronRight } from 'lucide-react'
import type { FileDiff } from '../../../../shared/models/index.ts'
import { CopyButton } from '../../../components/copy-button.tsx'
import { classes, Tag, type Tone } from '../../../components/index.ts'

const STATUS: Partial<Record<FileDiff['status'], { word: string; tone: Tone }>> = {
  added: { word: 'new', tone: 'ok' },
  deleted: { word: 'deleted', tone: 'fail' },
  renamed: { word: 'moved', tone: 'run' },
  copied: { word: 'copied', tone: 'run' },
  typechange: { word: 'type changed', tone: 'idle' },
}

/** Lines added and taken away. */
export const Counts = ({ additions, deletions }: { additions: number; deletions: number }) => (
  <span className="diff-counts num">
    {additions > 0 && <ins>+{additions}</ins>}
    {deletions > 0 && <del>−{deletions}</del>}
  </span>
)

/** A path with its file name standing out; the folders give way first. */
export const FilePath = ({ path }: { path: string }) => {
  const at = path.lastIndexOf('/') + 1
  return (
    <span className="diff-path" title={path}>
      {at > 0 && <span className="diff-folder">{path.slice(0, at)}</span>}
      <span className="diff-name">{path.slice(at)}</span>
    </span>
  )
}

/** The head of one file: opens and shuts it, and says what is not shown. */
export function FileHead({
  file,
  hidden,
  collapsed,
  onToggle,
}: {
  file: FileDiff
  hidden: string | null
  collapsed: boolean
  onToggle: () => void
}) {
  const status = STATUS[file.status]
  return (
    <div className="diff-head">
      <button
        type="button"
        className="diff-toggle"
        aria-expanded={!collapsed}
        disabled={hidden !== null}
        aria-label={`${collapsed ? 'Show' : 'Hide'} the changes of ${file.path}`}
        onClick={onToggle}
      >
        <ChevronRight className={classes(!collapsed && 'down')} />
        <FilePath path={file.path} />
      </button>
      {file.oldPath !== null && file.oldPath !== file.path && (
        <span className="diff-old truncate" title={file.oldPath}>
          from {file.oldPath}
        </span>
      )}
      {status && !(hidden !== null && file.status === 'renamed') && <Tag tone={status.tone}>{status.word}</Tag>}
      {hidden !== null && <span className="diff-why">{hidden}</span>}
      <Counts additions={file.additions} deletions={file.deletions} />
      <CopyButton label={`Copy the path ${file.path}`} text={() => file.path} />
    </div>
  )
}
