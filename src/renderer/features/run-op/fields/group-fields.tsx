import type { ReactNode } from 'react'
import { Segmented } from '../../../components/segmented.tsx'
import type { Draft, Drafts, Faults } from '../schema/draft.ts'
import type { FieldOf, OpField } from '../schema/field.ts'
import { FieldView } from './field-view.tsx'

interface FieldListProps {
  readonly fields: readonly OpField[]
  /** With a dot at its end; empty for an op's own parameters. */
  readonly prefix: string
  readonly drafts: Drafts
  readonly faults: Faults
  readonly onChange: (drafts: Drafts) => void
}

/** Fields below each other. */
export const FieldList = ({ fields, prefix, drafts, faults, onChange }: FieldListProps) =>
  fields.map((field) => (
    <FieldView
      key={field.name}
      field={field}
      path={prefix + field.name}
      draft={drafts[field.name] as Draft}
      faults={faults}
      onChange={(draft) => onChange({ ...drafts, [field.name]: draft })}
    />
  ))

interface GroupProps {
  readonly label: ReactNode
  readonly hint: string | null
  readonly error: string | null
  readonly path: string
  readonly drafts: Drafts
  readonly faults: Faults
  readonly onChange: (drafts: Drafts) => void
}

/** A parameter that has parameters. */
export const GroupFields = ({ fields, ...props }: GroupProps & { fields: readonly OpField[] }) => (
  <Framed {...props}>
    <FieldList {...props} prefix={`${props.path}.`} fields={fields} />
  </Framed>
)

/** One of several kinds of the same thing. What was filled in for another kind stays, and is not sent. */
export function EitherFields({ field, ...props }: GroupProps & { field: FieldOf<'either'> }) {
  const { drafts, onChange } = props
  const chosen = drafts.chosen as string
  return (
    <Framed
      {...props}
      choice={
        <Segmented
          label={field.label}
          value={chosen}
          options={field.variants.map(({ label }, index) => ({ value: String(index), label }))}
          onChange={(next) => onChange({ ...drafts, chosen: next })}
        />
      }
    >
      <FieldList
        {...props}
        prefix={`${props.path}.`}
        fields={field.variants[Number(chosen)]!.fields}
        drafts={drafts[chosen] as Drafts}
        onChange={(its) => onChange({ ...drafts, [chosen]: its })}
      />
    </Framed>
  )
}

const Framed = ({
  label,
  hint,
  error,
  choice,
  children,
}: Pick<GroupProps, 'label' | 'hint' | 'error'> & { choice?: ReactNode; children: ReactNode }) => (
  <fieldset className="field op-group">
    <legend>{label}</legend>
    {choice}
    {hint && <p className="field-hint">{hint}</p>}
    <div className="op-group-fields">{children}</div>
    {error && (
      <p className="field-error" role="alert">
        {error}
      </p>
    )}
  </fieldset>
)
