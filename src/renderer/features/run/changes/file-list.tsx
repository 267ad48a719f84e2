import { useState } from 'react'
import type { FileDiff } from '../../../../shared/models/index.ts'
import { Input } from '../../../components/index.ts'
import { Counts, FilePath } from './file-head.tsx'

/** From how many files on the list can be filtered. */
const FILTER_FROM = 12

/** All changed files by name; a press jumps to one. */
export function FileList({ files, onJump }: { files: readonly FileDiff[]; onJump: (path: string) => void }) {
  const [filter, setFilter] = useState('')
  const needle = filter.trim().toLowerCase()
  const shown = needle === '' ? files : files.filter((file) => file.path.toLowerCase().includes(needle))
  return (
    <div className="diff-files">
      {files.length >= FILTER_FROM && (
        <Input
          type="search"
          value={filter}
          aria-label="Filter files"
          placeholder="Filter files"
          onChange={(event) => setFilter(event.currentTarget.value)}
        />
      )}
      <ul aria-label="Changed files">
        {shown.map((file) => (
          <li key={file.path}>
            <button type="button" onClick={() => onJump(file.path)}>
              <FilePath path={file.path} />
              <Counts additions={file.additions} deletions={file.deletions} />
            </button>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="faint">No file by that name.</p>}
    </div>
  )
}
