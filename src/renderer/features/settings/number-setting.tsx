import { useEffect, useState } from 'react'
import { Field, Input } from '../../components/index.ts'

interface NumberSettingProps {
  readonly label: string
  readonly hint?: string
  readonly value: number
  readonly min: number
  readonly max: number
  /** Answers false when it could not be saved: the field then shows the value of before. */
  readonly onSave: (value: number) => Promise<boolean>
}

/** A whole number, saved on Enter or on leaving the field. What is out of range is said under it and not sent. */
export function NumberSetting({ label, hint, value, min, max, onSave }: NumberSettingProps) {
  const [draft, setDraft] = useState(String(value))
  useEffect(() => setDraft(String(value)), [value])
  const number = Number(draft)
  const valid = draft.trim() !== '' && Number.isInteger(number) && number >= min && number <= max
  const save = async () => {
    if (!valid || number === value) return
    if (!(await onSave(number))) setDraft(String(value))
  }
  return (
    <Field inline label={label} hint={hint} error={valid ? null : `A whole number from ${min} to ${max}.`}>
      <Input
        type="number"
        min={min}
        max={max}
        value={draft}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === 'Enter') void save()
          if (event.key === 'Escape') setDraft(String(value))
        }}
      />
    </Field>
  )
}
