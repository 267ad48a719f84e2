import { describe, expect, it } from 'vitest'
import { createAgentOp, createBuiltInOps, createShellOp, describeOps } from '../../../src/main/ops/index.ts'
import { groupOps } from '../../../src/renderer/features/run-op/group-ops.ts'
import { emptyDrafts, readOptions } from '../../../src/renderer/features/run-op/schema/draft.ts'
import type { OpField } from '../../../src/renderer/features/run-op/schema/field.ts'
import { fieldsOf } from '../../../src/renderer/features/run-op/schema/read-fields.ts'
import { aboutOp, wordsOf } from '../../../src/renderer/features/run-op/words.ts'

// None of them does anything while its parameters are described.
const given = {} as never
const defined = [createAgentOp(given, given, given), createShellOp(given), ...createBuiltInOps(given)]
const ops = describeOps(new Map(defined.map((op) => [op.name, op])))
const fieldsFor = (name: string): OpField[] => {
  const op = ops.find((one) => one.name === name)!
  return fieldsOf(op.params, { skip: op.targetParam, words: wordsOf(name) })
}
/** `command*: text`, with what is inside behind it. */
const outline = (fields: readonly OpField[]): string[] =>
  fields.flatMap((field) => {
    const inside =
      field.kind === 'group'
        ? outline(field.fields)
        : field.kind === 'either'
          ? field.variants.flatMap(({ fields: its }) => outline(its))
          : []
    return [`${field.name}${field.required ? '*' : ''}: ${field.kind}`, ...inside.map((line) => `${field.name}.${line}`)]
  })

describe('the form of each op that the host has', () => {
  it.each([
    ['agent', ['prompt*: text', 'model: line', 'policy: choice', 'base: line']],
    ['shell', ['command*: text', 'cwd: line', 'env: record']],
    ['http', ['method: choice', 'url*: line', 'headers: record', 'body: json', 'expectStatus: json', 'maxBytes: number']],
    [
      'mcp',
      [
        'server*: either',
        'server.command*: line',
        'server.args: list',
        'server.env: record',
        'server.cwd: line',
        'server.url*: line',
        'server.headers: record',
        'tool*: line',
        'arguments: json',
      ],
    ],
    ['docker', ['image*: line', 'command: line', 'args: list', 'env: record', 'mountWorkspace: switch', 'network: line']],
    ['git.pull', []],
    ['git.commit', ['message*: text']],
    ['worktree.create', ['base: line']],
    ['worktree.reset', ['discardChanges: switch']],
    ['worktree.remove', ['discardChanges: switch']],
    ['opencode.restart', ['force: switch']],
    ['worker.switch', ['to*: line', 'expected: group', 'expected.version*: line', 'expected.contentHash*: line', 'deadlineMs: number']],
    ['kill', ['signal: choice', 'reason: line']],
    ['cancel', ['reason: line']],
  ])('%s asks for its parameters, but not for its target', (name, expected) => {
    expect(outline(fieldsFor(name))).toEqual(expect.arrayContaining(expected))
  })

  it('leaves out none of its parameters', () => {
    const asked = ops.map(({ name, targetParam }) => [
      name,
      [...fieldsFor(name).map((field) => field.name), targetParam ?? []].flat().toSorted(),
    ])
    expect(asked).toEqual(ops.map(({ name, params }) => [name, Object.keys(params.properties as object).toSorted()]))
  })

  it('is the form of every one of them, each in one group and with a sentence on what it does', () => {
    const grouped = groupOps(ops).flatMap((group) => group.ops.map(({ name }) => name))
    expect(grouped.toSorted()).toEqual(ops.map(({ name }) => name).toSorted())
    expect(ops.filter((op) => aboutOp(op) === '').map(({ name }) => name)).toEqual([])
  })

  it('left empty sends nothing at all, and says only what is needed', () => {
    for (const op of ops) {
      const fields = fieldsFor(op.name)
      const { options, faults } = readOptions(fields, emptyDrafts(fields))
      const needed = fields.filter((field) => field.required && field.kind !== 'either').map(({ name }) => name)
      expect({ op: op.name, faults: [...faults.keys()].filter((path) => !path.includes('.')) }).toEqual({ op: op.name, faults: needed })
      expect({ op: op.name, options: Object.keys(options).filter((name) => name !== 'server') }).toEqual({ op: op.name, options: [] })
    }
  })
})
