import type { ReactNode } from 'react'
import { Button, type ButtonProps } from './button.tsx'
import { classes } from './tone.ts'
import { Tooltip } from './tooltip.tsx'

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon'> {
  /** What it does: its name for screen readers and its tooltip. */
  readonly label: string
  readonly icon: ReactNode
  /** False where a menu opens from it, or where dozens are on screen. */
  readonly tooltip?: boolean
}

/** A button with an icon only. Its label is read aloud and shown on hover and focus. */
export function IconButton({ label, icon, tooltip = true, variant = 'quiet', shortcut, className, ...rest }: IconButtonProps) {
  const button = (
    <Button {...rest} variant={variant} className={classes('icon-only', className)} aria-label={label}>
      {icon}
    </Button>
  )
  return tooltip ? (
    <Tooltip text={label} shortcut={shortcut}>
      {button}
    </Tooltip>
  ) : (
    button
  )
}
