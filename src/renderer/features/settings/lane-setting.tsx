import { useEffect, useState } from 'react'
import type { LaneName } from '../../../shared/models/index.ts'
import { Input, Switch } from '../../components/index.ts'
import { updateLane, useLive } from '../../stores/index.ts'

/** Limit and pause switch of one lane. */
export function LaneSetting({ name }: { name: LaneName }) {
  const lane = useLive((s) => s.lanes.get(name))
  const limit = lane?.limit ?? 0
  const [draft, setDraft] = useState(String(limit))
  useEffect(() => setDraft(String(limit)), [limit])
  if (!lane) return null
  const save = async () => {
    const number = Number(draft)
    const valid = draft.trim() !== '' && Number.isInteger(number) && number >= 0 && number <= 200
    if (!valid || (number !== limit && !(await updateLane(name, { limit: number })))) setDraft(String(limit))
  }
  return (
    <div className="lane-setting">
      <span>Lane {name}</span>
      <Input
        type="number"
        min={0}
        max={200}
        aria-label={`Limit of lane ${name}`}
        value={draft}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={save}
        onKeyDown={(event) => event.key === 'Enter' && void save()}
      />
      <Switch checked={lane.paused} label="Paused" onCheckedChange={(paused) => void updateLane(name, { paused })} />
    </div>
  )
}
