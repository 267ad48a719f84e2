import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import './button.css'
import { Kbd } from './kbd.tsx'
import { classes } from './tone.ts'

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `danger` is quiet and red: it is the second look that counts. */
  readonly variant?: 'default' | 'primary' | 'quiet' | 'danger'
  readonly size?: 's' | 'm' | 'l'
  readonly icon?: ReactNode
  /** A key that does the same, shown inside. */
  readonly shortcut?: string
  /** Shows that the press was heard; the button cannot be pressed again until then. */
  readonly busy?: boolean
  readonly ref?: Ref<HTMLButtonElement>
}

/** A button with words on it. Never a submit button unless `type` says so. */
export function Button({ variant = 'default', size = 'm', icon, shortcut, busy, className, children, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={classes('btn', variant, size, busy && 'busy', className)}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
    >
      {icon}
      {children}
      {shortcut && <Kbd>{shortcut}</Kbd>}
    </button>
  )
}
