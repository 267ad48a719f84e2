import { Inbox } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { InboxItem } from '../../../shared/models/index.ts'
import { EmptyState, Skeleton, useHotkeys, VirtualList } from '../../components/index.ts'
import { runGroup } from '../../format/index.ts'
import { replyPermission, useLive, waitLonger } from '../../stores/index.ts'
import './inbox-page.css'
import { InboxCard } from './inbox-card.tsx'
import { WaitingRun } from './waiting-run.tsx'

type Entry = { readonly kind: 'item'; readonly id: string } | { readonly kind: 'run'; readonly id: string }

/** Everything that waits for a person, oldest first: answered where it stands. */
export function InboxPage() {
  const ready = useLive((s) => s.ready)
  const entries = useEntries()
  const [marked, setMarked] = useState<string | null>(null)
  const [refusing, setRefusing] = useState<string | null>(null)
  const [sure, setSure] = useState<string | null>(null)
  const index = Math.max(
    0,
    entries.findIndex((entry) => entry.id === marked),
  )
  const current = entries[index]
  const step = (by: number) => setMarked(entries[Math.max(0, Math.min(entries.length - 1, index + by))]?.id ?? null)
  const currentOf = (kind: InboxItem['kind']) => {
    const item = current?.kind === 'item' ? useLive.getState().inbox.get(current.id) : undefined
    return item?.kind === kind ? item : undefined
  }
  const permission = () => currentOf('permission')
  useHotkeys({
    j: () => step(1),
    arrowdown: () => step(1),
    arrowup: () => step(-1),
    k: () => {
      const item = currentOf('timeout')
      // Pressed again it goes on upwards, as everywhere in the list: nothing is killed by K alone.
      if (item && sure !== item.id) return setSure(item.id)
      setSure(null)
      step(-1)
    },
    w: () => {
      const item = currentOf('timeout')
      if (item) void waitLonger(item.runId)
    },
    a: () => {
      const item = permission()
      if (item) void replyPermission(item, 'once')
    },
    r: () => setRefusing(permission()?.id ?? null),
  })
  const hint = useLive((s) => {
    const kind = current?.kind === 'item' ? s.inbox.get(current.id)?.kind : undefined
    return kind === 'timeout'
      ? 'W waits longer, K kills after a second look, J and the arrows move'
      : 'A allows once, R refuses, J and K or the arrows move'
  })
  return (
    <div className="page">
      <div className="page-head">
        <h1>Inbox</h1>
        <span className="faint">{entries.length > 0 && hint}</span>
      </div>
      {!ready ? (
        <div className="page-scroll">
          <Skeleton rows={4} height={92} label="Loading the inbox" />
        </div>
      ) : entries.length === 0 ? (
        <EmptyState icon={<Inbox />} title="Nothing waits for you">
          When an agent wants to do something it may not, asks a question or runs out of time, it shows here and its run waits without using
          up its time.
        </EmptyState>
      ) : (
        <VirtualList
          className="inbox"
          label="Inbox"
          items={entries}
          getKey={(entry) => entry.id}
          estimateSize={130}
          gap={10}
          activeKey={marked}
          renderItem={(entry) =>
            entry.kind === 'item' ? (
              <InboxCard
                id={entry.id}
                marked={entry.id === current?.id}
                onMark={setMarked}
                refusing={refusing === entry.id}
                onRefuse={setRefusing}
                sure={sure === entry.id}
                onSure={setSure}
              />
            ) : (
              <WaitingRun id={entry.id} marked={entry.id === current?.id} />
            )
          }
        />
      )}
    </div>
  )
}

/** Requests of agents, then runs that wait for a person without one: out of time, in conflict, to be reviewed. */
function useEntries(): readonly Entry[] {
  const inbox = useLive((s) => s.inbox)
  const lanes = useLive((s) => s.board.lanes)
  return useMemo(() => {
    const { runs } = useLive.getState()
    const items = [...inbox.values()].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
    const asked = new Set(items.map((item) => item.runId))
    const entries: Entry[] = items.map((item) => ({ kind: 'item', id: item.id }))
    for (const ids of Object.values(lanes)) {
      for (const id of ids) {
        const run = runs.get(id)
        // Runs that need someone stand at the head of their lane.
        if (!run || runGroup(run) !== 'need') break
        if (!asked.has(id)) entries.push({ kind: 'run', id })
      }
    }
    return entries
  }, [inbox, lanes])
}
