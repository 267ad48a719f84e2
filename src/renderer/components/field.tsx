import { Switch as RadixSwitch } from 'radix-ui'
import {
  cloneElement,
  type InputHTMLAttributes,
  type ReactElement,
  type ReactNode,
  type Ref,
  type TextareaHTMLAttributes,
  useId,
} from 'react'
import './field.css'
import { classes } from './tone.ts'

export interface FieldProps {
  readonly label: ReactNode
  /** One line on what it does. */
  readonly hint?: ReactNode
  /** What is wrong with the value; said at once by screen readers. */
  readonly error?: string | null
  /** Label beside the control instead of above it. */
  readonly inline?: boolean
  /** One control: `Input`, `TextArea`, `Select`, ... It gets the id and the descriptions. */
  readonly children: ReactElement<{ id?: string; 'aria-describedby'?: string; 'aria-invalid'?: boolean }>
}

/** A control with its label, hint and error. */
export function Field({ label, hint, error, inline, children }: FieldProps) {
  const id = useId()
  const about = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className={classes('field', inline && 'inline')}>
      <label htmlFor={children.props.id ?? id}>{label}</label>
      {cloneElement(children, {
        id: children.props.id ?? id,
        ...(about ? { 'aria-describedby': about } : {}),
        ...(error ? { 'aria-invalid': true } : {}),
      })}
      {hint && (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p className="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  )
}

/** One line of text. */
export const Input = ({
  className,
  mono,
  ...rest
}: InputHTMLAttributes<HTMLInputElement> & { mono?: boolean; ref?: Ref<HTMLInputElement> }) => (
  <input {...rest} className={classes('input', mono && 'mono', className)} />
)

/** Several lines; grows with its text where the browser can. */
export const TextArea = ({
  className,
  mono,
  ...rest
}: TextareaHTMLAttributes<HTMLTextAreaElement> & { mono?: boolean; ref?: Ref<HTMLTextAreaElement> }) => (
  <textarea {...rest} className={classes('input', mono && 'mono', className)} />
)

export interface SwitchProps {
  readonly checked: boolean
  readonly onCheckedChange: (checked: boolean) => void
  readonly label: ReactNode
  readonly hint?: ReactNode
  readonly disabled?: boolean
}

/** On or off, at once. The label is part of it and can be pressed. */
export function Switch({ checked, onCheckedChange, label, hint, disabled }: SwitchProps) {
  const id = useId()
  return (
    <div className="switch-row">
      <RadixSwitch.Root
        id={id}
        className="switch"
        checked={checked}
        onCheckedChange={onCheckedChange}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
      >
        <RadixSwitch.Thumb className="switch-thumb" />
      </RadixSwitch.Root>
      <label htmlFor={id}>{label}</label>
      {hint && (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}
