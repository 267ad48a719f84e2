const OP_WORDS: Readonly<Record<string, string>> = {
  agent: 'agent',
  shell: 'shell',
  http: 'HTTP request',
  docker: 'container',
  mcp: 'MCP tool',
  'git.pull': 'git pull',
  'git.commit': 'git commit',
  'worktree.create': 'create worktree',
  'worktree.remove': 'remove worktree',
  'worktree.reset': 'reset worktree',
  'opencode.restart': 'restart OpenCode',
  kill: 'kill',
  cancel: 'cancel',
}

/** An op in the words of a list: `git pull`. One that is not known is called by its own name. */
export const opWord = (op: string): string => OP_WORDS[op] ?? op.replaceAll('.', ' ')

/** Ops that act on another run: what they are dispatched at is its id. */
export const actsOnRun = (op: string): boolean => op === 'kill' || op === 'cancel'
