import { useId, useState } from 'react'
import type { TargetKind } from '../../../shared/contract/index.ts'
import { Button, classes, ErrorState, Input, Skeleton, VirtualList } from '../../components/index.ts'
import './target-picker.css'
import type { Target, Targets } from './use-targets.ts'

/** From this many on there is a field to narrow them. */
const MANY = 8

const WORDS: Record<Exclude<TargetKind, 'none'>, { title: string; one: string; none: string }> = {
  project: { title: 'Projects', one: 'project', none: 'There are no projects yet; add one on the page Projects.' },
  worktree: { title: 'Worktrees', one: 'worktree', none: 'There are no worktrees besides the checkouts of the projects.' },
  worker: { title: 'Workers', one: 'worker', none: 'This host has no worker processes.' },
  run: { title: 'Runs', one: 'run', none: 'No run waits or works just now.' },
}

export interface TargetPickerProps {
  readonly kind: Exclude<TargetKind, 'none'>
  readonly targets: Targets
  readonly chosen: readonly string[]
  readonly error: string | null
  /** The id of the one that the error is about. */
  readonly wrong: string | null
  readonly onChange: (chosen: readonly string[]) => void
}

/** Which ones an op is run at: as many as are ticked. */
export function TargetPicker({ kind, targets, chosen, error, wrong, onChange }: TargetPickerProps) {
  const id = useId()
  const [query, setQuery] = useState('')
  const words = WORDS[kind]
  const shown = matchTargets(targets.items, query)
  const has = new Set(chosen)
  const toggle = (target: string) => onChange(has.has(target) ? chosen.filter((one) => one !== target) : [...chosen, target])
  const all = shown.length > 0 && shown.every((target) => has.has(target.id))
  return (
    <fieldset className="field op-targets" aria-describedby={error ? `${id}-error` : undefined} aria-invalid={error ? true : undefined}>
      <legend>
        {words.title}
        {kind === 'project' ? null : (
          <span className="op-needed" aria-hidden="true">
            *
          </span>
        )}
      </legend>
      {targets.loading ? (
        <Skeleton rows={2} height={22} label={`Looking for ${words.title.toLowerCase()}`} />
      ) : targets.error ? (
        <ErrorState compact title={`The ${words.title.toLowerCase()} could not be had`} message={targets.error} onRetry={targets.reload} />
      ) : targets.items.length === 0 ? (
        <p className="field-hint">{words.none}</p>
      ) : (
        <div className={classes('op-targets-box', error && 'wrong')}>
          {targets.items.length >= MANY && (
            <div className="op-targets-head">
              <Input
                value={query}
                type="search"
                placeholder={`Search ${targets.items.length} ${words.title.toLowerCase()}`}
                aria-label={`Search ${words.title.toLowerCase()}`}
                onChange={(event) => setQuery(event.currentTarget.value)}
              />
              <Button
                size="s"
                variant="quiet"
                disabled={shown.length === 0}
                onClick={() => onChange(all ? without(chosen, shown) : withAll(chosen, shown))}
              >
                {all ? 'None' : 'All'}
              </Button>
            </div>
          )}
          {shown.length === 0 ? (
            <p className="op-targets-none">No {words.one} by that name.</p>
          ) : (
            <VirtualList
              className="op-targets-list"
              label={words.title}
              items={shown}
              getKey={(target) => target.id}
              estimateSize={28}
              renderItem={(target) => (
                <label className={classes('op-target', target.id === wrong && 'wrong')}>
                  <input type="checkbox" checked={has.has(target.id)} onChange={() => toggle(target.id)} />
                  <span className="truncate" title={target.label}>
                    {target.label}
                  </span>
                  {target.warning && <em>{target.warning}</em>}
                  <small className="truncate" title={target.note}>
                    {target.note}
                  </small>
                </label>
              )}
            />
          )}
        </div>
      )}
      {error && (
        <p className="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  )
}

/** Targets that hold every word, in label or note. */
export const matchTargets = (targets: readonly Target[], query: string): readonly Target[] => {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return words.length === 0
    ? targets
    : targets.filter(({ label, note, warning = '' }) => words.every((word) => `${label} ${note} ${warning}`.toLowerCase().includes(word)))
}

const withAll = (chosen: readonly string[], shown: readonly Target[]): readonly string[] => [
  ...new Set([...chosen, ...shown.map(({ id }) => id)]),
]
const without = (chosen: readonly string[], shown: readonly Target[]): readonly string[] => {
  const gone = new Set(shown.map(({ id }) => id))
  return chosen.filter((id) => !gone.has(id))
}
