import { ChevronRight } from 'lucide-react'
import type { Project } from '../../../shared/models/index.ts'
import { Field, Input } from '../../components/index.ts'
import { formErrors, type RunForm } from './form.ts'

export interface MoreChoicesProps {
  readonly form: RunForm
  readonly project: Project | undefined
  readonly onChange: (change: Partial<RunForm>) => void
}

/** What is rarely changed: where the worktree starts from, and how the queue treats the run. */
export function MoreChoices({ form, project, onChange }: MoreChoicesProps) {
  const errors = formErrors(form)
  const set = [
    form.base && `from ${form.base}`,
    form.priority && `priority ${form.priority}`,
    form.maxAttempts && `${form.maxAttempts} attempts`,
  ].filter(Boolean)
  return (
    <details className="new-run-more">
      <summary>
        <ChevronRight className="new-run-chevron" />
        More
        {set.length > 0 && <span className="faint truncate">{set.join(', ')}</span>}
      </summary>
      <div className="new-run-fields">
        <Field label="Starts from" hint="Branch, tag or commit">
          <Input
            mono
            value={form.base}
            disabled={project === undefined}
            placeholder={project?.defaultBranch ?? 'HEAD'}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => onChange({ base: event.currentTarget.value })}
          />
        </Field>
        <Field label="Priority" hint="Lower goes first" error={errors.priority}>
          <Input
            inputMode="numeric"
            value={form.priority}
            placeholder="0"
            onChange={(event) => onChange({ priority: event.currentTarget.value })}
          />
        </Field>
        <Field label="Attempts" hint="Tried again after an error" error={errors.maxAttempts}>
          <Input
            inputMode="numeric"
            value={form.maxAttempts}
            placeholder="1"
            onChange={(event) => onChange({ maxAttempts: event.currentTarget.value })}
          />
        </Field>
      </div>
    </details>
  )
}
