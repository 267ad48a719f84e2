import type { ReactNode } from 'react'
import { Field, Input, Select, Switch, TextArea } from '../../../components/index.ts'
import type { Draft, Drafts, Faults, Pair } from '../schema/draft.ts'
import { faultAt } from '../schema/fault-at.ts'
import type { OpField } from '../schema/field.ts'
import { EitherFields, GroupFields } from './group-fields.tsx'
import { ListRows, RecordRows } from './rows.tsx'

export interface FieldViewProps {
  readonly field: OpField
  /** `server.url`; where faults find it. */
  readonly path: string
  readonly draft: Draft
  readonly faults: Faults
  readonly onChange: (draft: Draft) => void
}

/** One parameter as what a person fills in. */
export function FieldView({ field, path, draft, faults, onChange }: FieldViewProps) {
  const label = <FieldLabel field={field} />
  const about = { label, hint: field.hint, error: faultAt(faults, path, field, draft as Drafts) }
  const typed = { value: draft as string, 'aria-required': field.required || undefined, spellCheck: false, autoComplete: 'off' }
  switch (field.kind) {
    case 'line':
      return (
        <Field {...about}>
          <Input {...typed} mono placeholder={fallbackText(field)} onChange={(event) => onChange(event.currentTarget.value)} />
        </Field>
      )
    case 'text':
      return (
        <Field {...about}>
          <TextArea {...typed} mono={field.name === 'command'} rows={4} onChange={(event) => onChange(event.currentTarget.value)} />
        </Field>
      )
    case 'json':
      return (
        <Field {...about} hint={field.hint ?? (field.takesText ? 'JSON, or text.' : 'JSON.')}>
          <TextArea {...typed} mono rows={2} className="op-json" onChange={(event) => onChange(event.currentTarget.value)} />
        </Field>
      )
    case 'number':
      return (
        <Field {...about}>
          <Input
            {...typed}
            className="op-number"
            inputMode={field.whole ? 'numeric' : 'decimal'}
            placeholder={fallbackText(field)}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
        </Field>
      )
    case 'choice':
      return (
        <Field {...about}>
          <Select
            className="op-choice"
            value={draft as string}
            options={[
              ...(field.required || field.fallback !== undefined
                ? draft === ''
                  ? [{ value: '', label: 'Choose…' }]
                  : []
                : [{ value: '', label: 'Default' }]),
              ...field.choices.map((choice, index) => ({ value: String(index), label: choice.label })),
            ]}
            onChange={onChange}
          />
        </Field>
      )
    case 'switch':
      return <Switch checked={draft as boolean} label={field.label} hint={about.error ?? field.hint} onCheckedChange={onChange} />
    case 'list':
      return <ListRows {...about} name={field.label} rows={draft as readonly string[]} onChange={onChange} />
    case 'record':
      return <RecordRows {...about} name={field.label} rows={draft as readonly Pair[]} onChange={onChange} />
    case 'group':
      return (
        <GroupFields
          {...about}
          label={label}
          fields={field.fields}
          path={path}
          drafts={draft as Drafts}
          faults={faults}
          onChange={onChange}
        />
      )
    case 'either':
      return <EitherFields {...about} field={field} path={path} drafts={draft as Drafts} faults={faults} onChange={onChange} />
  }
}

/** The label with its mark: what is needed has a star, which screen readers hear from the control itself. */
export const FieldLabel = ({ field }: { field: OpField }): ReactNode => (
  <>
    {field.label}
    {field.required && field.kind !== 'switch' && (
      <span className="op-needed" aria-hidden="true" title="needed">
        *
      </span>
    )}
  </>
)

/** What is taken when nothing is typed, greyed in the empty field. */
const fallbackText = (field: OpField): string | undefined =>
  typeof field.fallback === 'string' || typeof field.fallback === 'number' ? String(field.fallback) : undefined
