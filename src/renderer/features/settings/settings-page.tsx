import { LANE_NAMES, type SettingsRow } from '../../../shared/models/index.ts'
import { Field, Select, Skeleton, Switch } from '../../components/index.ts'
import { useHost, useSettings } from '../../stores/index.ts'
import { AllowedRoots } from './allowed-roots.tsx'
import { LaneSetting } from './lane-setting.tsx'
import { NumberSetting } from './number-setting.tsx'
import { OpenCodeSettings } from './opencode-settings.tsx'
import { saveSetting } from './save.ts'
import { Section } from './section.tsx'
import './settings-page.css'

/** Everything a person can set. Each change is saved at once and can be taken back. */
export function SettingsPage() {
  const settings = useSettings()
  return (
    <div className="page">
      <div className="page-head">
        <h1>Settings</h1>
        <span className="faint">Changes are saved at once.</span>
      </div>
      <div className="page-scroll settings">
        {settings ? <Sections settings={settings} /> : <Skeleton rows={5} height={110} label="Loading the settings" />}
      </div>
    </div>
  )
}

function Sections({ settings }: { settings: SettingsRow }) {
  const host = useHost()
  return (
    <>
      <Section title="Limits" about="How many runs may be live at once. A run starts only when there is room under all of them.">
        <NumberSetting label="In the whole app" value={settings.limits.global} min={0} max={200} onSave={saveLimit('global')} />
        <NumberSetting label="In one project" value={settings.limits.project} min={1} max={200} onSave={saveLimit('project')} />
        <NumberSetting label="With one model provider" value={settings.limits.provider} min={1} max={200} onSave={saveLimit('provider')} />
      </Section>
      <Section title="Lanes" about="Each lane has a limit of its own and can be paused: what runs in it goes on, nothing new starts.">
        {LANE_NAMES.map((name) => (
          <LaneSetting key={name} name={name} />
        ))}
      </Section>
      <Section title="When a run ends" about="What becomes of its worktree. A snapshot is kept before one is removed.">
        <CleanupSetting ending="succeeded" label="It succeeded" settings={settings} />
        <CleanupSetting ending="failed" label="It failed" settings={settings} />
        <CleanupSetting ending="cancelled" label="It was cancelled" settings={settings} />
      </Section>
      <OpenCodeSettings settings={settings.opencode} />
      <Section title="Projects" about="Where repositories may lie.">
        <AllowedRoots roots={settings.allowedRoots} />
      </Section>
      <Section title="Window" about="How it looks and what closing it means.">
        <Field inline label="Theme">
          <Select
            value={settings.theme}
            options={[
              { value: 'system', label: 'As the system' },
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
            onChange={(theme) => void saveSetting('Theme', { theme }, (before) => ({ theme: before.theme }))}
          />
        </Field>
        {host?.host === 'desktop' && (
          <Switch
            checked={settings.closeToTray}
            label="Keep running in the tray when the window is closed"
            onCheckedChange={(closeToTray) =>
              void saveSetting('Closing the window', { closeToTray }, (before) => ({ closeToTray: before.closeToTray }))
            }
          />
        )}
      </Section>
    </>
  )
}

const saveLimit = (which: 'global' | 'project' | 'provider') => (value: number) =>
  saveSetting('Limits', { limits: { [which]: value } }, (before) => ({ limits: { [which]: before.limits[which] } }))

function CleanupSetting({
  ending,
  label,
  settings,
}: {
  ending: 'succeeded' | 'failed' | 'cancelled'
  label: string
  settings: SettingsRow
}) {
  return (
    <Field inline label={label}>
      <Select
        value={settings.cleanup[ending]}
        options={[
          { value: 'keep', label: 'Keep the worktree' },
          { value: 'remove', label: 'Remove the worktree' },
        ]}
        onChange={(value) =>
          void saveSetting(label, { cleanup: { [ending]: value } }, (before) => ({ cleanup: { [ending]: before.cleanup[ending] } }))
        }
      />
    </Field>
  )
}
