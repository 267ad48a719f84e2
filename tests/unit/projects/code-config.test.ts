import { expect, test } from 'vitest'
import { readConfiguredCode } from '../../../src/main/projects/code-config.ts'

test('everything that a configuration starts is named with its command', () => {
  const text = `{
    "mcp": {
      "files": { "type": "local", "command": ["npx", "-y", "files-mcp"] },
      "off": { "type": "local", "command": ["rm"], "enabled": false },
      "far": { "type": "remote", "url": "https://example.invalid" },
    },
    "plugin": ["some-plugin@1.0.0", ["./mine.ts", { "x": 1 }]],
    "formatter": { "pretty": { "command": ["prettier", "--write", "$FILE"] }, "none": { "disabled": true, "command": ["x"] } },
    "lsp": { "ts": { "command": ["tsserver"] } },
    "provider": { "own": { "npm": "@own/provider" }, "known": {} },
    "model": "a/b",
  }`
  expect(readConfiguredCode('opencode.json', text)).toEqual({
    lines: [
      'opencode.json: MCP server "files": npx -y files-mcp',
      'opencode.json: formatter "pretty": prettier --write $FILE',
      'opencode.json: language server "ts": tsserver',
      'opencode.json: plugin: some-plugin@1.0.0',
      'opencode.json: plugin: ./mine.ts',
      'opencode.json: package of the provider "own": @own/provider',
    ],
    words: ['npx', '-y', 'files-mcp', 'prettier', '--write', '$FILE', 'tsserver', 'some-plugin@1.0.0', './mine.ts', '@own/provider'],
  })
})

test.for([
  '[]',
  '"text"',
  'null',
  '{"mcp": 3, "plugin": {"a": 1}, "lsp": [null], "provider": {"x": null}}',
  '{"mcp": {"a": {"command": [1, null]}}}',
])('a configuration of another shape starts nothing: %s', (text) => {
  expect(readConfiguredCode('opencode.json', text)).toEqual({ lines: [], words: [] })
})

test('a configuration that cannot be read is named all the same', () => {
  expect(readConfiguredCode('opencode.jsonc', '{ oops').lines).toEqual(['opencode.jsonc: cannot be read as JSON, look at it yourself'])
})
