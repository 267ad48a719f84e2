import { useEffect, useRef } from 'react'
import type { OpInfo } from '../../../shared/contract/index.ts'
import { Select } from '../../components/index.ts'
import { groupOps } from './group-ops.ts'
import './op-list.css'
import { aboutOp } from './words.ts'

export interface OpListProps {
  readonly ops: readonly OpInfo[]
  readonly chosen: string | null
  /** Whether the list takes the focus as it appears. */
  readonly takesFocus: boolean
  readonly onChoose: (op: string) => void
}

/** The ops to choose from: radio buttons that look like a list, so that arrow keys move through all of them. In a narrow window a select. */
export function OpList({ ops, chosen, takesFocus, onChoose }: OpListProps) {
  const list = useRef<HTMLDivElement>(null)
  // Only as it appears: from then on the focus is where the person puts it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (takesFocus) (list.current?.querySelector<HTMLElement>('input:checked') ?? list.current?.querySelector('input'))?.focus()
  }, [])
  return (
    <>
      <div className="op-list" ref={list} role="radiogroup" aria-label="Operation">
        {groupOps(ops).map((group) => (
          <div key={group.heading} className="op-list-group">
            <h3>{group.heading}</h3>
            {group.ops.map((op) => (
              <label key={op.name} className="op-list-item" title={aboutOp(op)}>
                <input
                  type="radio"
                  name="op"
                  className="sr-only"
                  checked={op.name === chosen}
                  aria-label={op.title}
                  onChange={() => onChoose(op.name)}
                />
                <span className="truncate">{op.title}</span>
              </label>
            ))}
          </div>
        ))}
      </div>
      <Select
        className="op-list-select"
        aria-label="Operation"
        value={chosen ?? ''}
        options={[
          ...(chosen === null ? [{ value: '', label: 'Choose…' }] : []),
          ...groupOps(ops).flatMap((group) => group.ops.map((op) => ({ value: op.name, label: op.title }))),
        ]}
        onChange={onChoose}
      />
    </>
  )
}
