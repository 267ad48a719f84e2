import { Play } from 'lucide-react'
import type { KeyboardEvent } from 'react'
import type { Lane, Project } from '../../../shared/models/index.ts'
import { Button, Dialog, Field, Select, TextArea } from '../../components/index.ts'
import { Segmented } from '../../components/segmented.tsx'
import { plural } from '../../format/index.ts'
import { AgentChoices } from './agent-choices.tsx'
import { formErrors, type RunForm } from './form.ts'
import { MoreChoices } from './more-choices.tsx'
import './new-run.css'
import { ProjectNotice } from './project-notice.tsx'
import { PromptList } from './prompt-list.tsx'
import { MAX_PROMPTS, splitChoices, splitPrompts } from './split-prompts.ts'
import type { Models } from './use-models.ts'

/** The keys that queue, as printed on this machine's keyboard. */
const SEND_KEYS = /mac/i.test(navigator.userAgent) ? '⌘ ⏎' : 'Ctrl ⏎'

export interface NewRunViewProps {
  readonly open: boolean
  readonly form: RunForm
  readonly projects: readonly Project[]
  readonly lanes: readonly Lane[]
  readonly models: Models
  /** The demo's project and its scripted model, while the demo runs. */
  readonly demo: { readonly projectId: string; readonly model: string } | null
  /** How many of how many are queued, while that goes on. */
  readonly progress: { readonly done: number; readonly of: number } | null
  /** Why prompts were not queued, by prompt. */
  readonly failures: ReadonlyMap<string, string>
  readonly trusting: boolean
  readonly onChange: (change: Partial<RunForm>) => void
  readonly onClose: () => void
  readonly onSubmit: () => void
  readonly onTrust: (projectId: string) => void
  readonly onAddProject: () => void
}

/** Why a form cannot be sent yet; null when it can, empty when there is nothing to say about it. */
export const blockedWhy = (form: RunForm, project: Project | undefined, prompts: readonly string[]): string | null => {
  if (prompts.length === 0) return ''
  if (prompts.length > MAX_PROMPTS) return `${MAX_PROMPTS} runs at once at most; these are ${prompts.length}.`
  if (Object.keys(formErrors(form)).length > 0) return 'Something under More is not a number.'
  if (project?.problem) return `${project.name}: ${project.problem}`
  if (form.kind === 'shell') return null
  if (project === undefined) return 'An agent works in a project: choose one.'
  return project.trusted ? null : `Trust ${project.name} first.`
}

const laneLabel = (lane: Lane): string => `${lane.name}${lane.paused ? ' · paused' : lane.queued > 0 ? ` · ${lane.queued} waiting` : ''}`

/** The dialog that queues runs, with everything handed in. */
export function NewRunView(props: NewRunViewProps) {
  const { form, projects, lanes, progress, failures, onChange, onClose, onSubmit } = props
  const project = projects.find((one) => one.id === form.projectId)
  const prompts = splitPrompts(form.text, form.mode)
  const counts = splitChoices(form.text)
  const blocked = blockedWhy(form, project, prompts)
  const busy = progress !== null
  const shell = form.kind === 'shell'
  const submit = () => {
    if (blocked === null && !busy) onSubmit()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return
    event.preventDefault()
    submit()
  }
  const place = `in lane ${form.lane}${project ? ` of ${project.name}` : ''}`
  return (
    <Dialog
      open={props.open}
      onOpenChange={(open) => !open && !busy && onClose()}
      title="New run"
      width={720}
      className="new-run"
      footer={
        <>
          <p className="new-run-say" role="status">
            {busy ? `Queuing ${progress.done + 1} of ${progress.of}` : (blocked ?? `${plural(prompts.length, 'run')} ${place}`)}
          </p>
          <Button onClick={onClose} disabled={busy}>
            Close
          </Button>
          <Button variant="primary" icon={<Play />} shortcut={SEND_KEYS} busy={busy} disabled={blocked !== null} onClick={submit}>
            {prompts.length > 1 ? `Queue ${prompts.length} runs` : 'Queue the run'}
          </Button>
        </>
      }
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: one key for all fields inside */}
      <div className="new-run-form" onKeyDown={onKeyDown}>
        <div className="new-run-row">
          <Segmented
            label="What is run"
            value={form.kind}
            options={[
              { value: 'agent', label: 'Agent' },
              { value: 'shell', label: 'Shell command' },
            ]}
            onChange={(kind) => onChange({ kind })}
          />
          <Select
            className="new-run-project"
            aria-label="Project"
            value={form.projectId}
            options={[
              { value: '', label: shell ? 'No project, a folder of its own' : 'Choose a project' },
              ...projects.map((one) => ({
                value: one.id,
                label: one.problem ? `${one.name} · missing` : one.trusted ? one.name : `${one.name} · not trusted`,
              })),
            ]}
            onChange={(projectId) => onChange({ projectId })}
          />
          <span className="new-run-lane">
            <span aria-hidden="true">Lane</span>
            <Select
              aria-label="Lane"
              value={form.lane}
              options={lanes.map((lane) => ({ value: lane.name, label: laneLabel(lane) }))}
              onChange={(lane) => onChange({ lane })}
            />
          </span>
        </div>
        <ProjectNotice
          project={project}
          needed={!shell}
          anyProject={projects.length > 0}
          busy={props.trusting}
          onTrust={props.onTrust}
          onAddProject={props.onAddProject}
        />
        <Field label={<span className="sr-only">{shell ? 'Command' : 'What the agent should do'}</span>}>
          <TextArea
            autoFocus
            rows={5}
            mono={shell}
            className="new-run-text"
            value={form.text}
            readOnly={busy}
            spellCheck={!shell}
            placeholder={
              shell
                ? 'npm test\n\nRuns with bash in a worktree of the project.'
                : 'What should the agent do? Several tasks at once: one on each line, or blocks with a blank line between.'
            }
            onChange={(event) => onChange({ text: event.currentTarget.value })}
          />
        </Field>
        {(counts.lines > 1 || form.mode !== 'one') && prompts.length > 0 && (
          <div className="new-run-split">
            <Segmented
              label="How the text becomes runs"
              value={form.mode}
              options={[
                { value: 'one', label: 'One run' },
                { value: 'lines', label: 'Each line', count: counts.lines },
                { value: 'blocks', label: 'Each block', count: counts.blocks },
              ]}
              onChange={(mode) => onChange({ mode })}
            />
            <span className="faint">
              {form.mode === 'one' ? 'All of the text is one task.' : `${plural(prompts.length, 'run')}, queued in this order.`}
            </span>
          </div>
        )}
        <PromptList prompts={prompts} failures={failures} shell={shell} />
        {!shell && <AgentChoices form={form} models={props.models} demo={props.demo} onChange={onChange} />}
        <MoreChoices form={form} project={project} onChange={onChange} />
      </div>
    </Dialog>
  )
}
