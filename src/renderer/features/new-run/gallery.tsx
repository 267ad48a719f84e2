import { type ReactNode, useState } from 'react'
import { LANE_NAMES, type Lane, type Project } from '../../../shared/models/index.ts'
import { EMPTY_FORM, type RunForm } from './form.ts'
import { NewRunView, type NewRunViewProps } from './new-run-view.tsx'
import type { Models } from './use-models.ts'

const nothing = () => {}

const project = (id: string, fields: Partial<Project> = {}): Project => ({
  id,
  name: id,
  path: `/home/you/code/${id}`,
  defaultBranch: 'main',
  trusted: true,
  runsCode: [],
  selected: false,
  limit: null,
  addedAt: 0,
  problem: null,
  ...fields,
})
const PROJECTS = [
  project('web'),
  project('shop', {
    trusted: false,
    runsCode: ['.opencode/plugin/notify.ts', 'opencode.json: mcp server “linear” (npx -y linear-mcp)', 'setup: npm ci'],
  }),
  project('gone', { problem: 'The folder /home/you/code/gone is not there any more.' }),
]
const LANES: Lane[] = LANE_NAMES.map((name, index) => ({
  name,
  limit: 4 - index,
  paused: name === 'D',
  queued: index * 3,
  running: 1,
  oldestQueuedAt: null,
}))
const MODELS: Models = {
  state: 'ready',
  defaultModel: 'anthropic/claude-sonnet-4-5',
  error: null,
  models: ['anthropic/claude-sonnet-4-5', 'anthropic/claude-opus-4-5', 'openai/gpt-5.2', 'google/gemini-3-pro'].map((id) => ({
    id,
    provider: id.split('/')[0]!,
    name: id.split('/')[1]!,
  })),
}
const LINES = `Fix the flaky test in checkout
Upgrade react-query to v6 and keep the tests green
Remove the legacy feature flags in src/flags
Document the v2 API in docs/api.md`

function Shown({ form: start, ...props }: Partial<Omit<NewRunViewProps, 'form'>> & { form?: Partial<RunForm> }) {
  const [form, setForm] = useState<RunForm>({ ...EMPTY_FORM, projectId: 'web', ...start })
  return (
    <NewRunView
      open
      projects={PROJECTS}
      lanes={LANES}
      models={MODELS}
      demo={null}
      progress={null}
      failures={new Map()}
      trusting={false}
      onClose={nothing}
      onSubmit={nothing}
      onTrust={nothing}
      onAddProject={nothing}
      {...props}
      form={form}
      onChange={(change) => setForm((old) => ({ ...old, ...change }))}
    />
  )
}

/** States of the dialog, for the gallery. */
export const gallery: { name: string; states: Record<string, ReactNode> } = {
  name: 'New run',
  states: {
    'new run, empty': <Shown />,
    'new run, each line': <Shown form={{ text: LINES, mode: 'lines' }} />,
    'new run, one prompt': (
      <Shown
        form={{
          text: 'Replace the JWT cookies by server sessions. Keep the public API. Add a migration and tests.',
          policy: 'allow-edits',
        }}
      />
    ),
    'new run, not trusted': <Shown form={{ projectId: 'shop', text: 'Add CSV import' }} />,
    'new run, no project': <Shown projects={[]} form={{ projectId: '', text: 'Add CSV import' }} />,
    'new run, project gone': <Shown form={{ projectId: 'gone', text: 'Add CSV import' }} />,
    'new run, some failed': (
      <Shown
        form={{ text: LINES, mode: 'lines', policy: 'allow-all' }}
        failures={new Map([['Fix the flaky test in checkout', 'The connection to the core was lost before it answered.']])}
      />
    ),
    'new run, queuing': <Shown form={{ text: LINES, mode: 'lines' }} progress={{ done: 1, of: 4 }} />,
    'new run, shell': <Shown form={{ kind: 'shell', text: 'npm ci && npm test -- --reporter=verbose' }} />,
    'new run, models failed': (
      <Shown
        models={{ state: 'failed', models: [], defaultModel: null, error: 'The OpenCode server did not start within 20 s.' }}
        form={{ model: 'anthropic/claude-sonnet-4-5' }}
      />
    ),
  },
}
