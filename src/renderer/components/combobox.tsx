import { Popover } from 'radix-ui'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import './combobox.css'
import { Input } from './field.tsx'
import { classes } from './tone.ts'

export interface ComboOption {
  readonly value: string
  readonly label: string
  /** Stands smaller at the right. */
  readonly note?: string
}

export interface ComboboxProps {
  readonly value: string
  /** Called with each letter too: any text is a value. */
  readonly onChange: (value: string) => void
  readonly options: readonly ComboOption[]
  readonly placeholder?: string
  /** Shown under the options: that they are still being asked for, or could not be had. */
  readonly note?: string | undefined
  readonly id?: string
  readonly 'aria-describedby'?: string
  readonly 'aria-invalid'?: boolean
}

/** Options drawn at most; typing narrows them. */
const MOST = 100

/** Options that hold every word of a text, in value or label. */
export const matchOptions = (options: readonly ComboOption[], text: string): readonly ComboOption[] => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return words.length === 0
    ? options
    : options.filter(({ value, label }) => words.every((word) => `${value} ${label}`.toLowerCase().includes(word)))
}

/** A line of text that offers what is known: type anything, or choose with arrows and Enter. */
export function Combobox({ value, onChange, options, placeholder, note, ...field }: ComboboxProps) {
  const listId = useId()
  const list = useRef<HTMLDivElement>(null)
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  // Opened on a whole value, all options are offered; once something is typed, those that match.
  const [typed, setTyped] = useState(false)
  const shown = (typed ? matchOptions(options, value) : options).slice(0, MOST)
  const show = (next: boolean) => {
    setOpen(next)
    setTyped(false)
    setActive(-1)
  }
  const choose = (option: ComboOption) => {
    onChange(option.value)
    show(false)
  }
  useEffect(() => {
    if (active >= 0) list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [active])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey) return
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (!open) return show(true)
      const count = shown.length
      if (count > 0) setActive((at) => (event.key === 'ArrowDown' ? (at + 1) % count : (Math.max(at, 0) - 1 + count) % count))
    } else if (event.key === 'Enter' && open && shown[active]) {
      event.preventDefault()
      choose(shown[active])
    } else if (event.key === 'Escape' && open) {
      // Shuts the list, not the dialog around it.
      event.preventDefault()
      event.stopPropagation()
      show(false)
    } else if (event.key === 'Tab') show(false)
  }
  return (
    <Popover.Root open={open && (shown.length > 0 || note !== undefined)} onOpenChange={(next) => !next && show(false)}>
      <Popover.Anchor asChild>
        <Input
          {...field}
          mono
          role="combobox"
          aria-expanded={open}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={open && active >= 0 ? `${listId}-${active}` : undefined}
          autoComplete="off"
          spellCheck={false}
          value={value}
          placeholder={placeholder}
          onChange={(event) => {
            onChange(event.currentTarget.value)
            setOpen(true)
            setTyped(true)
            setActive(-1)
          }}
          onClick={() => setOpen(true)}
          onBlur={() => show(false)}
          onKeyDown={onKeyDown}
        />
      </Popover.Anchor>
      <Popover.Portal>
        <Popover.Content
          className="combo"
          align="start"
          sideOffset={4}
          collisionPadding={8}
          onOpenAutoFocus={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => event.preventDefault()}
          onInteractOutside={(event) => event.preventDefault()}
        >
          <div id={listId} ref={list} role="listbox" aria-label="Choices" className="combo-list">
            {shown.map((option, index) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the field above keeps the keyboard
              <div
                key={option.value}
                id={`${listId}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === active}
                className={classes('combo-option', index === active && 'active')}
                // Before the field loses the focus.
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => choose(option)}
                onMouseMove={() => setActive(index)}
              >
                <span className="truncate">{option.label}</span>
                {option.note && <small>{option.note}</small>}
              </div>
            ))}
          </div>
          {note && <p className="combo-note">{note}</p>}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
