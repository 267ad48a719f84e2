import type { OpInfo } from '../../../shared/contract/index.ts'

const TEXT = { type: 'string' }
const RECORD = { type: 'object', propertyNames: TEXT, additionalProperties: TEXT, default: {} }

const op = (name: string, title: string, properties: object, required: string[] = [], more: Partial<OpInfo> = {}): OpInfo => ({
  name,
  title,
  params: { type: 'object', properties, required, additionalProperties: false },
  timeouts: { warningMs: 60_000, hardMs: 600_000, onTimeout: 'ask' },
  targets: 'project',
  targetParam: null,
  cancellable: true,
  idempotent: false,
  control: false,
  ...more,
})

/** Ops as a host may offer them: each kind of field and each kind of target is among them. */
export const GALLERY_OPS: readonly OpInfo[] = [
  op(
    'agent',
    'Agent',
    { prompt: { ...TEXT, maxLength: 200_000 }, policy: { ...TEXT, enum: ['ask', 'allow-edits', 'allow-all'] }, base: TEXT },
    ['prompt'],
  ),
  op('shell', 'Shell command', { command: { ...TEXT, maxLength: 100_000 }, cwd: TEXT, env: RECORD }, ['command']),
  op(
    'http',
    'HTTP request',
    {
      method: { ...TEXT, enum: ['GET', 'POST', 'PUT', 'DELETE'], default: 'GET' },
      url: { ...TEXT, format: 'uri' },
      headers: RECORD,
      body: { anyOf: [TEXT, { type: 'number' }, { type: 'array', items: {} }] },
      expectStatus: { anyOf: [{ type: 'integer' }, { type: 'array', items: { type: 'integer' } }] },
      maxBytes: { type: 'integer', minimum: 0, maximum: 10_485_760, default: 65_536 },
    },
    ['url'],
  ),
  op(
    'mcp',
    'MCP tool',
    {
      server: {
        anyOf: [
          { type: 'object', properties: { command: TEXT, args: { type: 'array', items: TEXT }, env: RECORD }, required: ['command'] },
          { type: 'object', properties: { url: { ...TEXT, format: 'uri' }, headers: RECORD }, required: ['url'] },
        ],
      },
      tool: TEXT,
      arguments: { type: 'object', additionalProperties: {}, default: {} },
    },
    ['server', 'tool'],
  ),
  op('git.pull', 'Pull', {}),
  op('worktree.create', 'Create worktree', { base: TEXT }),
  op('worktree.remove', 'Remove worktree', { worktreeId: TEXT, discardChanges: { type: 'boolean', default: false } }, ['worktreeId'], {
    targets: 'worktree',
    targetParam: 'worktreeId',
  }),
  op(
    'kill',
    'Kill',
    { runId: TEXT, signal: { ...TEXT, enum: ['SIGTERM', 'SIGINT', 'SIGKILL'], default: 'SIGTERM' }, reason: TEXT },
    ['runId'],
    {
      targets: 'run',
      targetParam: 'runId',
      control: true,
    },
  ),
  op('opencode.restart', 'Restart OpenCode', { force: { type: 'boolean', default: false } }, [], { targets: 'none' }),
  op(
    'worker.switch',
    'Switch worker',
    {
      workerId: TEXT,
      to: TEXT,
      expected: { type: 'object', properties: { version: TEXT, contentHash: TEXT }, required: ['version', 'contentHash'] },
      deadlineMs: { type: 'integer', minimum: 100, maximum: 3_600_000, default: 60_000 },
    },
    ['workerId', 'to'],
    { targets: 'worker', targetParam: 'workerId' },
  ),
]
