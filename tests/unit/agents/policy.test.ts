import { expect, test } from 'vitest'
import { answerForSubagent, parseOwnRules, rulesFor } from '../../../src/main/agents/policy.ts'
import type { PermissionPolicy } from '../../../src/shared/models/index.ts'

const TOOL_OUTPUT = '/data/opencode/tool-output/*'
/** What OpenCode does with rules: the last one that matches. */
function decide(policy: PermissionPolicy, permission: string, pattern: string, config: unknown = {}): string | undefined {
  const matches = (rule: string, value: string): boolean =>
    new RegExp(`^${rule.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(value)
  return rulesFor(policy, TOOL_OUTPUT, parseOwnRules(config)).findLast(
    (rule) => matches(rule.permission, permission) && matches(rule.pattern, pattern),
  )?.action
}

test.each<[string, string, string, string, string]>([
  // permission, pattern, ask, allow-edits, allow-all
  ['read', 'src/a.ts', 'allow', 'allow', 'allow'],
  ['read', '.env', 'ask', 'ask', 'allow'],
  ['read', '.env.example', 'allow', 'allow', 'allow'],
  ['edit', 'src/a.ts', 'ask', 'allow', 'allow'],
  ['bash', 'npm test', 'ask', 'ask', 'allow'],
  ['webfetch', 'https://example.com', 'ask', 'ask', 'allow'],
  ['some_mcp_tool', '*', 'ask', 'ask', 'allow'],
  ['external_directory', '/etc/*', 'ask', 'ask', 'deny'],
  ['external_directory', '/data/opencode/tool-output/x', 'allow', 'allow', 'allow'],
  ['question', '*', 'allow', 'allow', 'deny'],
  ['task', 'general', 'allow', 'allow', 'allow'],
])('%s %s', (permission, pattern, ask, edits, all) => {
  expect((['ask', 'allow-edits', 'allow-all'] as const).map((policy) => decide(policy, permission, pattern))).toEqual([ask, edits, all])
})

test('what a person’s configuration forbids stays forbidden, with the exceptions beside it', () => {
  const config = { '*': 'deny', bash: { '*': 'deny', 'git *': 'allow' }, webfetch: 'deny', edit: { 'docs/*': 'deny' }, read: 'allow' }
  expect(decide('allow-all', 'bash', 'rm -rf x', config)).toBe('deny')
  expect(decide('allow-all', 'bash', 'git log', config)).toBe('allow')
  expect(decide('ask', 'bash', 'git log', config)).toBe('ask')
  expect(decide('allow-all', 'webfetch', 'x', config)).toBe('deny')
  expect(decide('allow-edits', 'edit', 'docs/a.md', config)).toBe('deny')
  expect(decide('allow-edits', 'edit', 'src/a.ts', config)).toBe('allow')
  expect(decide('allow-all', 'skill', 'x', config)).toBe('allow')
})

test.each([[null], ['deny'], [42], [{ bash: { x: 1 } }], [{ bash: 'maybe' }]])('%j as a permission forbids nothing', (config) => {
  expect(parseOwnRules(config)).toEqual([])
})

test('a subagent is answered as its run’s policy says', () => {
  expect(answerForSubagent('ask', 'edit')).toBeNull()
  expect(answerForSubagent('allow-edits', 'edit')).toBe('once')
  expect(answerForSubagent('allow-edits', 'bash')).toBeNull()
  expect(answerForSubagent('allow-all', 'bash')).toBe('once')
  expect(answerForSubagent('allow-all', 'external_directory')).toBe('reject')
})
