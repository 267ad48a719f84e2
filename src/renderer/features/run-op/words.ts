import type { OpInfo } from '../../../shared/contract/index.ts'
import type { FieldWords, WordsOf } from './schema/field.ts'

interface OpWords {
  /** One sentence on what it does, in the place where the host says nothing. */
  readonly about: string
  readonly fields?: Readonly<Record<string, FieldWords>>
}

const ENV: FieldWords = { label: 'Environment', hint: 'Names and values the process gets.' }
const REASON: FieldWords = { hint: 'Kept with the run.' }
const DISCARD: FieldWords = {
  label: 'Discard what is nowhere else',
  hint: 'Without it, a worktree with uncommitted or unmerged work is refused. A snapshot is kept either way.',
}

const WORDS: Readonly<Record<string, OpWords>> = {
  agent: {
    about: 'Has an OpenCode agent work in a worktree of its own.',
    fields: {
      prompt: { hint: 'What the agent should do.' },
      model: { hint: 'provider/model; empty takes the default.' },
      policy: { label: 'Permissions', hint: 'What it may do without asking. A courtesy, no sandbox.' },
      base: { label: 'Starts from', hint: 'Branch, tag or commit.' },
    },
  },
  shell: {
    about: 'Runs a command with bash in a worktree of its own.',
    fields: { cwd: { label: 'Folder', hint: 'Inside the folder of the run; empty is that folder.' }, env: ENV },
  },
  docker: {
    about: 'Runs a container with the folder of the run in it.',
    fields: {
      image: { hint: 'Like registry/name:tag.' },
      command: { short: true, hint: 'Empty runs what the image runs.' },
      args: { label: 'Arguments' },
      env: ENV,
      mountWorkspace: { label: 'Mount the folder of the run', hint: 'As /workspace, where the command starts.' },
      network: { hint: '“none” for no network; empty takes the default.' },
    },
  },
  http: {
    about: 'Sends one HTTP request and keeps the answer.',
    fields: {
      headers: { hint: 'Names and values.' },
      body: { hint: 'JSON, or text that is sent as it is. Not with GET and HEAD.' },
      expectStatus: { label: 'Status that counts as success', hint: '204, or [200, 404]; empty takes 200 to 299.' },
      maxBytes: { label: 'Read at most', hint: 'Bytes of the body.' },
    },
  },
  mcp: {
    about: 'Calls a tool of an MCP server.',
    fields: {
      'server.command': { hint: 'Starts the server for this call.' },
      'server.args': { label: 'Arguments' },
      'server.env': ENV,
      'server.cwd': { label: 'Folder' },
      'server.url': { hint: 'Address of a server that is running.' },
      arguments: { hint: 'What the tool takes, as a JSON object.' },
    },
  },
  'git.pull': { about: 'Brings the checkout of a project to its upstream, fast-forward only.' },
  'git.commit': {
    about: 'Commits everything in the worktree of the run. On its own it starts clean and finds nothing; it belongs after other steps.',
  },
  'worktree.create': {
    about: 'Makes a worktree of a project to work in.',
    fields: { base: { label: 'Starts from', hint: 'Branch, tag or commit.' } },
  },
  'worktree.reset': { about: 'Takes a worktree back to the commit it started from.', fields: { discardChanges: DISCARD } },
  'worktree.remove': { about: 'Removes a worktree and its branch.', fields: { discardChanges: DISCARD } },
  'opencode.restart': {
    about: 'Restarts the OpenCode server with the program and configuration of now.',
    fields: {
      force: { label: 'Also while agents are at work', hint: 'Each goes on in its session on the next server.' },
      expectedVersion: { hint: 'After an update: what it must be then. Empty takes the program that is to be started.' },
      deadlineMs: { label: 'Back within (ms)' },
    },
  },
  'worker.switch': {
    about: 'Has a worker go on as another build, and waits until it is back.',
    fields: {
      to: { label: 'Build folder', hint: 'An absolute path on the machine of the worker.' },
      expected: { label: 'Expected build', hint: 'Empty takes what the folder holds.' },
      deadlineMs: { label: 'Back within (ms)' },
      force: { label: 'Also while it works on runs', hint: 'Each of them is queued again.' },
    },
  },
  kill: {
    about: 'Ends the processes of a run: the signal, and SIGKILL to what is left after 5 seconds.',
    fields: { reason: REASON },
  },
  cancel: { about: 'Asks a run to stop by itself, and kills it if it has not after 5 seconds.', fields: { reason: REASON } },
}

/** One sentence on what an op does; empty for one that this screen does not know. */
export const aboutOp = (op: Pick<OpInfo, 'name' | 'params'>): string =>
  (typeof op.params.description === 'string' && op.params.description) || WORDS[op.name]?.about || ''

/** Words for the parameters of an op, by path. */
export const wordsOf =
  (op: string): WordsOf =>
  (path) =>
    WORDS[op]?.fields?.[path]
