import { Plus, X } from 'lucide-react'
import { type ReactNode, useId, useRef } from 'react'
import { Button, IconButton, Input } from '../../../components/index.ts'
import type { Pair } from '../schema/draft.ts'

interface About {
  readonly label: ReactNode
  readonly hint: string | null
  readonly error: string | null
  /** The label as plain text, for the names of rows. */
  readonly name: string
}

/** Several texts, one in each row. What is pasted with line breaks becomes rows. */
export function ListRows({ rows, onChange, ...about }: About & { rows: readonly string[]; onChange: (rows: readonly string[]) => void }) {
  return (
    <Rows
      {...about}
      count={rows.length}
      onAdd={() => onChange([...rows, ''])}
      onRemove={(at) => onChange(rows.filter((_, index) => index !== at))}
    >
      {(at, next) => (
        <Input
          mono
          value={rows[at]}
          aria-label={`${about.name} ${at + 1}`}
          spellCheck={false}
          onChange={(event) => onChange(rows.with(at, event.currentTarget.value))}
          onPaste={(event) => {
            const lines = event.clipboardData
              .getData('text')
              .split(/\r?\n/)
              .filter((line) => line !== '')
            if (lines.length < 2 || rows[at] !== '') return
            event.preventDefault()
            onChange([...rows.slice(0, at), ...lines, ...rows.slice(at + 1)])
          }}
          onKeyDown={next}
        />
      )}
    </Rows>
  )
}

/** Names with values, one pair in each row. */
export function RecordRows({ rows, onChange, ...about }: About & { rows: readonly Pair[]; onChange: (rows: readonly Pair[]) => void }) {
  return (
    <Rows
      {...about}
      count={rows.length}
      onAdd={() => onChange([...rows, ['', '']])}
      onRemove={(at) => onChange(rows.filter((_, index) => index !== at))}
    >
      {(at, next) => (
        <>
          <Input
            mono
            value={rows[at]![0]}
            aria-label={`${about.name}: name ${at + 1}`}
            placeholder="name"
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => onChange(rows.with(at, [event.currentTarget.value, rows[at]![1]]))}
          />
          <Input
            mono
            value={rows[at]![1]}
            aria-label={`${about.name}: value ${at + 1}`}
            placeholder="value"
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => onChange(rows.with(at, [rows[at]![0], event.currentTarget.value]))}
            onKeyDown={next}
          />
        </>
      )}
    </Rows>
  )
}

interface RowsProps extends About {
  readonly count: number
  readonly onAdd: () => void
  readonly onRemove: (at: number) => void
  readonly children: (
    at: number,
    onKeyDown: (event: { key: string; ctrlKey: boolean; metaKey: boolean; preventDefault(): void }) => void,
  ) => ReactNode
}

/** Rows that can be added and taken away. A new one takes the focus; Enter in the last one adds the next. */
function Rows({ label, hint, error, name, count, onAdd, onRemove, children }: RowsProps) {
  const id = useId()
  const box = useRef<HTMLDivElement>(null)
  const add = () => {
    onAdd()
    requestAnimationFrame(() => box.current?.querySelector<HTMLInputElement>('.op-row:last-of-type input')?.focus())
  }
  const about = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <fieldset className="field op-rows" aria-describedby={about || undefined} aria-invalid={error ? true : undefined}>
      <legend>{label}</legend>
      {hint && (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <div ref={box}>
        {Array.from({ length: count }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row has nothing but its place; its text lives outside
          <div className="op-row" key={at}>
            {children(at, (event) => {
              if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return
              event.preventDefault()
              if (at === count - 1) add()
            })}
            <IconButton size="s" label={`Remove ${name} ${at + 1}`} icon={<X />} tooltip={false} onClick={() => onRemove(at)} />
          </div>
        ))}
      </div>
      {error && (
        <p className="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
      <Button size="s" variant="quiet" icon={<Plus />} aria-label={`Add to ${name}`} onClick={add}>
        Add
      </Button>
    </fieldset>
  )
}
