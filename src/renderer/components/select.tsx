import type { SelectHTMLAttributes } from 'react'
import './select.css'
import { classes } from './tone.ts'

export interface SelectOption<V extends string = string> {
  readonly value: V
  readonly label: string
  readonly disabled?: boolean
}

export interface SelectProps<V extends string> extends Omit<SelectHTMLAttributes<HTMLSelectElement>, 'value' | 'onChange'> {
  readonly value: V
  readonly options: readonly SelectOption<V>[]
  readonly onChange: (value: V) => void
  /** No border until it is hovered: for bars and rows. */
  readonly quiet?: boolean
}

/** The browser's own select, so that keyboard, typing ahead and screen readers work as everywhere. Name it by `aria-label` or inside a `Field`. */
export function Select<V extends string>({ value, options, onChange, quiet, className, ...rest }: SelectProps<V>) {
  return (
    <select
      {...rest}
      className={classes('select', quiet && 'quiet', className)}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value as V)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value} disabled={option.disabled}>
          {option.label}
        </option>
      ))}
    </select>
  )
}
