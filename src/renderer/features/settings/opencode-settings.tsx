import { useEffect, useId, useState } from 'react'
import type { SettingsPatch, SettingsRow } from '../../../shared/models/index.ts'
import { Button, Field, Input, Select, Switch } from '../../components/index.ts'
import { getClient, useQuery } from '../../stores/index.ts'
import { NumberSetting } from './number-setting.tsx'
import { saveSetting } from './save.ts'
import { Section } from './section.tsx'

type OpenCode = SettingsRow['opencode']

const save = <K extends keyof OpenCode>(name: string, key: K, value: OpenCode[K]) =>
  saveSetting(
    name,
    { opencode: { [key]: value } } as SettingsPatch,
    (before) => ({ opencode: { [key]: before.opencode[key] } }) as SettingsPatch,
  )

/** Which OpenCode runs, with which model, and what its agents may do without asking. */
export const OpenCodeSettings = ({ settings }: { settings: OpenCode }) => (
  <Section title="OpenCode" about="The program that runs the agents. Changes count for agents that start from now on.">
    <TextSetting
      label="Binary"
      hint="Absolute path. Empty takes the one this app came with."
      placeholder="as shipped"
      value={settings.binary}
      onSave={(value) => save('OpenCode binary', 'binary', value)}
    />
    <ModelSetting value={settings.model} />
    <Field inline label="Agents may" hint="A courtesy, no sandbox: an agent that means to can get around it.">
      <Select
        value={settings.policy}
        options={[
          { value: 'ask', label: 'Ask before edits and commands' },
          { value: 'allow-edits', label: 'Edit files, ask before commands' },
          { value: 'allow-all', label: 'Do everything without asking' },
        ]}
        onChange={(policy) => void save('What agents may do', 'policy', policy)}
      />
    </Field>
    <NumberSetting
      label="Provider timeout, seconds"
      hint="How long a provider may be silent before the call counts as failed."
      value={Math.round(settings.providerTimeoutMs / 1_000)}
      min={1}
      max={3_600}
      onSave={(seconds) => save('Provider timeout', 'providerTimeoutMs', seconds * 1_000)}
    />
    <Switch
      checked={settings.projectConfig}
      label="Use the OpenCode configuration of projects"
      hint="Only in projects you trust."
      onCheckedChange={(value) => void save('Project configuration', 'projectConfig', value)}
    />
  </Section>
)

interface TextSettingProps {
  readonly label: string
  readonly hint: string
  readonly placeholder: string
  readonly value: string | null
  readonly list?: string
  readonly onSave: (value: string | null) => Promise<boolean>
}

/** A line of text, saved on Enter or on leaving the field; empty means null. */
function TextSetting({ label, hint, placeholder, value, list, onSave }: TextSettingProps) {
  const [draft, setDraft] = useState(value ?? '')
  useEffect(() => setDraft(value ?? ''), [value])
  const commit = async () => {
    const next = draft.trim() || null
    if (next !== value && !(await onSave(next))) setDraft(value ?? '')
  }
  return (
    <Field inline label={label} hint={hint}>
      <Input
        mono
        list={list}
        value={draft}
        placeholder={placeholder}
        spellCheck={false}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') void commit()
          if (event.key === 'Escape') setDraft(value ?? '')
        }}
      />
    </Field>
  )
}

/** The default model. The list is fetched on demand, because asking for it starts OpenCode. */
function ModelSetting({ value }: { value: string | null }) {
  const list = useId()
  const [asked, setAsked] = useState(false)
  const query = useQuery(asked ? 'models' : null, () => getClient().host.models())
  return (
    <>
      <TextSetting
        label="Model"
        hint="provider/model. Empty takes the one OpenCode is configured with."
        placeholder={query.data?.defaultModel ?? 'as configured'}
        value={value}
        list={list}
        onSave={(model) => save('Model', 'model', model)}
      />
      <div className="model-list">
        <datalist id={list}>
          {query.data?.models.map((model) => (
            <option key={model.id} value={model.id}>
              {model.name}
            </option>
          ))}
        </datalist>
        {query.data ? (
          <span className="faint">{query.data.models.length} models known: start typing to choose.</span>
        ) : (
          <Button size="s" busy={query.loading} onClick={() => (asked ? query.reload() : setAsked(true))}>
            List the models
          </Button>
        )}
        {query.error && (
          <p className="field-error" role="alert">
            {query.error}
          </p>
        )}
      </div>
    </>
  )
}
