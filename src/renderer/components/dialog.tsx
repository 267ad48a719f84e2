import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import './dialog.css'
import { IconButton } from './icon-button.tsx'

export interface DialogProps {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly title: string
  /** One sentence under the title; also what a screen reader says on opening. */
  readonly description?: ReactNode
  readonly children?: ReactNode
  /** Buttons, the one that goes on last. */
  readonly footer?: ReactNode
  /** Width in pixels; never wider than the window. */
  readonly width?: number
  /** Keeps title and close button for screen readers only. */
  readonly bare?: boolean
  readonly className?: string
}

/**
 * A modal dialog: keeps the focus, closes on Escape and on a press outside, gives the focus back.
 *
 * The scrim is a plain element, not Radix's overlay: that one locks scrolling with an inline style sheet, which the page's policy forbids.
 */
export function Dialog({ open, onOpenChange, title, description, children, footer, width = 520, bare, className }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <div className="dialog-scrim" />
        <Radix.Content
          className={className ? `dialog ${className}` : 'dialog'}
          style={{ width: `min(${width}px, calc(100vw - 32px))` }}
          {...(description ? {} : { 'aria-describedby': undefined })}
        >
          <header className={bare ? 'sr-only' : undefined}>
            <Radix.Title>{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton label="Close" icon={<X />} tooltip={false} />
            </Radix.Close>
            {description && (
              <Radix.Description asChild>
                <div className="dialog-about">{description}</div>
              </Radix.Description>
            )}
          </header>
          {bare ? children : <div className="dialog-body">{children}</div>}
          {footer && <footer>{footer}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
