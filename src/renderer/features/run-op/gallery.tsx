import { type ReactNode, useState } from 'react'
import { LANE_NAMES, type LaneName } from '../../../shared/models/index.ts'
import { GALLERY_OPS } from './gallery-ops.ts'
import { RunOpView, type RunOpViewProps } from './run-op-view.tsx'
import { type Drafts, emptyDrafts, readOptions } from './schema/draft.ts'
import { fieldsOf } from './schema/read-fields.ts'
import { NO_REFUSAL } from './schema/refusal.ts'
import type { Target } from './use-targets.ts'
import { wordsOf } from './words.ts'

const nothing = () => {}
const PROJECTS: Target[] = ['web', 'api', 'shop'].map((name) => ({ id: name, label: name, note: `/home/you/code/${name}` }))
const LANES = LANE_NAMES.map((name, index) => ({
  name,
  limit: 4 - index,
  paused: name === 'D',
  queued: index * 3,
  running: 1,
  oldestQueuedAt: null,
}))
const many = (count: number): Target[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `s${index}`,
    label: `service-${index + 1}`,
    note: `/home/you/code/services/service-${index + 1}`,
  }))

interface Start extends Partial<RunOpViewProps> {
  readonly name?: string
  readonly form?: Drafts
  readonly items?: readonly Target[]
  readonly ticked?: readonly string[]
  /** Shows what is wrong with the form as it is. */
  readonly checked?: boolean
}

function Shown({ name = '', form, items = PROJECTS, ticked = ['web'], checked, ...props }: Start) {
  const op = GALLERY_OPS.find((one) => one.name === name)
  const fields = op ? fieldsOf(op.params, { skip: op.targetParam, words: wordsOf(op.name) }) : []
  const [drafts, setDrafts] = useState<Drafts>({ ...emptyDrafts(fields), ...form })
  const [chosen, setChosen] = useState(ticked)
  const [lane, setLane] = useState<LaneName>('A')
  return (
    <RunOpView
      open
      ops={GALLERY_OPS}
      opsError={null}
      op={op}
      fields={fields}
      drafts={drafts}
      faults={checked ? readOptions(fields, drafts).faults : new Map()}
      refusal={NO_REFUSAL}
      attempts={0}
      focusForm={false}
      targets={{ items, loading: false, error: null, reload: nothing }}
      chosen={chosen}
      lane={lane}
      lanes={LANES}
      busy={false}
      onChoose={nothing}
      onReloadOps={nothing}
      onSubmit={nothing}
      onClose={nothing}
      {...props}
      onDrafts={setDrafts}
      onTargets={setChosen}
      onLane={setLane}
    />
  )
}

/** States of the dialog, for the gallery. */
export const gallery: { name: string; states: Record<string, ReactNode> } = {
  name: 'Run an operation',
  states: {
    'op, none chosen': <Shown />,
    'op, loading': <Shown ops={null} />,
    'op, not to be had': <Shown ops={null} opsError="The connection to the core was lost before it answered." />,
    'op, shell': (
      <Shown
        name="shell"
        ticked={['web', 'api']}
        form={{
          command: 'npm ci && npm test',
          env: [
            ['CI', '1'],
            ['NODE_ENV', 'test'],
          ],
        }}
      />
    ),
    'op, nothing filled in': <Shown name="shell" checked form={{ env: [['', 'a value without a name']] }} />,
    'op, refused': (
      <Shown
        name="http"
        form={{ url: 'ftp://example.com', headers: [['X A', '1']] }}
        faults={
          new Map([
            ['url', 'An address that begins with http:// or https://.'],
            ['headers.X A', 'A header name has letters, digits and hyphens.'],
          ])
        }
      />
    ),
    'op, a target refused': (
      <Shown
        name="git.pull"
        ticked={['web', 'shop']}
        refusal={{ ...NO_REFUSAL, targets: '“shop” cannot be worked on: its folder is not there any more.', target: 1 }}
      />
    ),
    'op, many fields': <Shown name="http" form={{ body: '{"text": "deployed"', url: 'https://hooks.example.com/deploys' }} checked />,
    'op, one of two': <Shown name="mcp" form={{ tool: 'search_issues', arguments: '{ "query": "is:open label:bug" }' }} />,
    'op, a group': <Shown name="worker.switch" items={[]} ticked={[]} />,
    'op, on runs': (
      <Shown
        name="kill"
        ticked={['r1']}
        items={[
          { id: 'r1', label: 'Move auth to sessions, keep the public API and write a migration with tests', note: 'running · web' },
          { id: 'r2', label: 'Flaky test in checkout', note: 'queued · shop' },
        ]}
      />
    ),
    'op, worktrees with work in them': (
      <Shown
        name="worktree.remove"
        ticked={[]}
        items={[
          { id: 'w1', label: 'task-01k9a2b3c4d5-20261120t2105', note: 'web', warning: 'uncommitted' },
          { id: 'w2', label: 'task-01k9a2b3c4d6-20261120t2110', note: 'web' },
        ]}
      />
    ),
    'op, no targets': <Shown name="opencode.restart" ticked={[]} />,
    'op, no projects': <Shown name="git.pull" items={[]} ticked={[]} />,
    'op, a thousand projects': <Shown name="git.pull" items={many(1_000)} ticked={['s1', 's3']} />,
    'op, being sent': <Shown name="git.pull" busy />,
    'op, line cut': (
      <Shown
        name="git.pull"
        refusal={{
          ...NO_REFUSAL,
          general: 'The connection to the core was lost before it answered. Nothing is done twice if you run it again.',
        }}
      />
    ),
  },
}
