import { Check } from 'lucide-react'
import { DropdownMenu as Radix } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'
import { Kbd } from './kbd.tsx'
import './menu.css'
import { classes } from './tone.ts'

/** One line of a menu; `'line'` is a divider, a string a heading. */
export type MenuEntry = MenuItem | 'line' | { readonly heading: string } | false | null | undefined

export interface MenuItem {
  readonly label: string
  readonly icon?: ReactNode
  readonly shortcut?: string
  readonly danger?: boolean
  readonly disabled?: boolean
  /** Shown with a tick: this is the one in force. */
  readonly checked?: boolean
  readonly onSelect: () => void
}

export interface MenuProps {
  /** The button that opens it: one element that takes a ref. */
  readonly trigger: ReactElement
  /** Built when the menu opens. */
  readonly items: () => readonly MenuEntry[]
  readonly align?: 'start' | 'end'
  readonly label?: string
}

/** A menu from a button. Not modal: the page behind may still be pressed, which closes it (and no scroll lock means no inline style sheet). */
export function Menu({ trigger, items, align = 'end', label }: MenuProps) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="menu" align={align} sideOffset={4} collisionPadding={8} aria-label={label}>
          <Entries items={items} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** Mounted only while the menu is open, so a closed menu builds no list. */
function Entries({ items }: { items: () => readonly MenuEntry[] }) {
  return items().map((entry, index) => {
    if (!entry) return null
    // biome-ignore lint/suspicious/noArrayIndexKey: dividers have no name, and the list is rebuilt as a whole
    if (entry === 'line') return <Radix.Separator key={index} className="menu-line" />
    if ('heading' in entry)
      return (
        <Radix.Label key={entry.heading} className="menu-heading">
          {entry.heading}
        </Radix.Label>
      )
    return (
      <Radix.Item
        key={entry.label}
        className={classes('menu-item', entry.danger && 'danger')}
        disabled={entry.disabled}
        onSelect={entry.onSelect}
        aria-current={entry.checked || undefined}
      >
        <span className="menu-icon">{entry.checked ? <Check /> : entry.icon}</span>
        <span className="truncate">{entry.label}</span>
        {entry.shortcut && <Kbd>{entry.shortcut}</Kbd>}
      </Radix.Item>
    )
  })
}
