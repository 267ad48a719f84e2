import { useEffect, useRef } from 'react'
import type { OpInfo } from '../../../shared/contract/index.ts'
import type { Lane, LaneName } from '../../../shared/models/index.ts'
import { Field, Select } from '../../components/index.ts'
import { FieldList } from './fields/group-fields.tsx'
import type { Drafts, Faults } from './schema/draft.ts'
import type { OpField } from './schema/field.ts'
import type { Refusal } from './schema/refusal.ts'
import { TargetPicker } from './target-picker.tsx'
import type { Targets } from './use-targets.ts'
import { aboutOp } from './words.ts'

export interface OpFormProps {
  readonly op: OpInfo
  readonly fields: readonly OpField[]
  readonly drafts: Drafts
  /** What is wrong, by path: of this screen and of the host alike. */
  readonly faults: Faults
  readonly refusal: Refusal
  /** Counts the presses that were refused: with each the first wrong field takes the focus. */
  readonly attempts: number
  /** Whether the form takes the focus as it appears: its op was chosen before the dialog was opened. */
  readonly focusForm: boolean
  readonly targets: Targets
  readonly chosen: readonly string[]
  readonly lane: LaneName
  readonly lanes: readonly Lane[]
  readonly onDrafts: (drafts: Drafts) => void
  readonly onTargets: (ids: readonly string[]) => void
  readonly onLane: (lane: LaneName) => void
}

/** What one op is told: at what, with which parameters, in which lane. */
export function OpForm(props: OpFormProps) {
  const { op, fields, refusal, chosen, attempts } = props
  const box = useRef<HTMLDivElement>(null)
  const { focusForm } = props
  useEffect(() => {
    if (!focusForm) return
    const find = (what: string) => box.current?.querySelector<HTMLElement>(what)
    const first = find('textarea, input:not([type="checkbox"], [type="search"])') ?? find('input, button, select')
    first?.focus()
  }, [focusForm])
  useEffect(() => {
    if (attempts === 0) return
    const wrong = box.current?.querySelector('[aria-invalid="true"]')
    const control = wrong?.matches('fieldset') ? wrong.querySelector<HTMLElement>('input, button') : (wrong as HTMLElement | null)
    control?.focus()
    wrong?.scrollIntoView({ block: 'nearest' })
  }, [attempts])
  return (
    <div className="op-form" ref={box}>
      <header>
        <h3>
          {op.title} <span className="mono faint">{op.name}</span>
        </h3>
        <p className="muted">{aboutOp(op)}</p>
        {!op.control && (
          <div className="op-lane">
            <Field label="Lane" inline error={refusal.lane}>
              <Select
                value={props.lane}
                options={props.lanes.map((lane) => ({ value: lane.name, label: laneLabel(lane) }))}
                onChange={props.onLane}
              />
            </Field>
          </div>
        )}
      </header>
      {refusal.general && (
        <p className="op-refusal" role="alert">
          {refusal.general}
        </p>
      )}
      {op.targets === 'none' ? (
        refusal.targets && (
          <p className="op-refusal" role="alert">
            {refusal.targets}
          </p>
        )
      ) : (
        <TargetPicker
          kind={op.targets}
          targets={props.targets}
          chosen={chosen}
          error={refusal.targets}
          wrong={refusal.target === null ? null : (chosen[refusal.target] ?? null)}
          onChange={props.onTargets}
        />
      )}
      <FieldList fields={fields} prefix="" drafts={props.drafts} faults={props.faults} onChange={props.onDrafts} />
    </div>
  )
}

const laneLabel = ({ name, paused, queued }: Lane): string => `${name}${paused ? ' · paused' : queued > 0 ? ` · ${queued} waiting` : ''}`
