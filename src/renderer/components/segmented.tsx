import { ToggleGroup } from 'radix-ui'
import './segmented.css'

export interface SegmentedOption<V extends string> {
  readonly value: V
  readonly label: string
  readonly count?: number
  readonly disabled?: boolean
}

/** One of two or three, all in sight. Arrow keys move between them. */
export function Segmented<V extends string>({
  value,
  options,
  onChange,
  label,
}: {
  value: V
  options: readonly SegmentedOption<V>[]
  onChange: (value: V) => void
  label: string
}) {
  return (
    <ToggleGroup.Root
      type="single"
      className="segmented"
      aria-label={label}
      value={value}
      // A press on the chosen one would choose none.
      onValueChange={(next) => next !== '' && onChange(next as V)}
    >
      {options.map((option) => (
        <ToggleGroup.Item key={option.value} value={option.value} disabled={option.disabled}>
          {option.label}
          {option.count !== undefined && <small className="num">{option.count}</small>}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  )
}
