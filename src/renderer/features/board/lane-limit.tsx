import { useState } from 'react'
import type { LaneName } from '../../../shared/models/index.ts'
import { Input, Tooltip } from '../../components/index.ts'
import { updateLane } from '../../stores/index.ts'

const MOST = 200

/** `3 / 4`: how many run and how many may. A press turns the limit into a field; Enter keeps, Escape forgets. */
export function LaneLimit({ name, running, limit }: { name: LaneName; running: number; limit: number }) {
  const [draft, setDraft] = useState<string | null>(null)
  const save = () => {
    const value = Number(draft)
    setDraft(null)
    if (draft?.trim() && Number.isInteger(value) && value >= 0 && value <= MOST && value !== limit) void updateLane(name, { limit: value })
  }
  if (draft === null)
    return (
      <Tooltip text={`${running} of ${limit} places taken. Change the limit`}>
        <button
          type="button"
          className="lane-limit"
          aria-label={`${running} / ${limit}. Change the limit of lane ${name}`}
          onClick={() => setDraft(String(limit))}
        >
          {running} / {limit}
        </button>
      </Tooltip>
    )
  return (
    <span className="lane-limit-edit">
      {running} /
      <Input
        autoFocus
        type="number"
        min={0}
        max={MOST}
        value={draft}
        aria-label={`Limit of lane ${name}`}
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === 'Enter') save()
          if (event.key === 'Escape') setDraft(null)
        }}
      />
    </span>
  )
}
