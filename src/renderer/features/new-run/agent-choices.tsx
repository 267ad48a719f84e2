import { useMemo } from 'react'
import type { PermissionPolicy } from '../../../shared/models/index.ts'
import { Combobox } from '../../components/combobox.tsx'
import { Field } from '../../components/index.ts'
import { Segmented } from '../../components/segmented.tsx'
import type { RunForm } from './form.ts'
import type { Models } from './use-models.ts'

const POLICIES: { value: PermissionPolicy; label: string; about: string }[] = [
  { value: 'ask', label: 'Ask', about: 'Reads freely. Asks you before it changes a file, runs a command or reaches the web.' },
  { value: 'allow-edits', label: 'Allow edits', about: 'Changes files of its worktree without asking. Asks before commands and the web.' },
  { value: 'allow-all', label: 'Allow all', about: 'Asks for nothing. What lies outside its worktree is refused to its file tools.' },
]

const modelNote = (models: Models): string | undefined => {
  if (models.state === 'loading' && models.models.length === 0) return 'Asking OpenCode for its models. You can type one meanwhile.'
  if (models.state === 'failed') return `The models could not be listed: ${models.error} You can type one.`
  return models.models.length === 0 ? 'OpenCode knows no models. Sign in to a provider, or type a model.' : undefined
}

export interface AgentChoicesProps {
  readonly form: RunForm
  readonly models: Models
  readonly demo: { readonly projectId: string; readonly model: string } | null
  readonly onChange: (change: Partial<RunForm>) => void
}

/** Which model, and what it may do without asking. */
export function AgentChoices({ form, models, demo, onChange }: AgentChoicesProps) {
  const options = useMemo(() => models.models.map((model) => ({ value: model.id, label: model.id, note: model.name })), [models.models])
  const isDemo = demo !== null && demo.projectId === form.projectId
  const usual = isDemo ? demo.model : models.defaultModel
  const policy = POLICIES.find(({ value }) => value === form.policy)!
  const note = modelNote(models)
  return (
    <div className="new-run-choices">
      <Field label="Model" hint={isDemo ? 'Empty takes the demo’s scripted model.' : (note ?? 'Empty takes the default.')}>
        <Combobox
          value={form.model}
          options={options}
          placeholder={usual ?? 'default'}
          note={note}
          onChange={(model) => onChange({ model })}
        />
      </Field>
      <div className="field">
        <span className="new-run-label">Permissions</span>
        <Segmented label="Permissions" value={form.policy} options={POLICIES} onChange={(next) => onChange({ policy: next })} />
        <p className="field-hint">
          {policy.about} <span className="new-run-sandbox">A courtesy, no sandbox: a command can do anything that you can.</span>
        </p>
      </div>
    </div>
  )
}
