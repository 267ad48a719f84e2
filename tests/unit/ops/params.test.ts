import { describe, expect, it } from 'vitest'
import { createBuiltInOps, describeOps } from '../../../src/main/ops/index.ts'
import type { OpDefinition } from '../../../src/main/runs/index.ts'

// None of them does anything while its parameters are read.
const ops = new Map(createBuiltInOps({} as Parameters<typeof createBuiltInOps>[0]).map((op) => [op.name, op]))
const op = (name: string): OpDefinition => ops.get(name)!

/** The field of the first complaint, or null when the parameters are taken. */
const wrongField = (name: string, params: object): string | null => {
  const parsed = op(name).params.safeParse(params)
  return parsed.success ? null : (parsed.error.issues[0]?.path.join('.') ?? '')
}

describe('http', () => {
  it.each([
    ['another protocol', { url: 'ftp://example.com/' }, 'url'],
    ['a file', { url: 'file:///etc/passwd' }, 'url'],
    ['no address at all', { url: 'example.com' }, 'url'],
    ['a password in the address', { url: 'https://me:secret@example.com/' }, 'url'],
    ['a header of two lines', { url: 'http://a.b/', headers: { 'X-A': 'one\r\nX-B: two' } }, 'headers.X-A'],
    ['a header name with a space', { url: 'http://a.b/', headers: { 'X A': '1' } }, 'headers.X A'],
    ['a body with GET', { url: 'http://a.b/', body: 'x' }, 'body'],
    ['a status that is none', { url: 'http://a.b/', expectStatus: 99 }, 'expectStatus'],
    ['a field nobody knows', { url: 'http://a.b/', expectedStatus: 200 }, ''],
  ])('refuses %s', (_what, params, field) => {
    expect(wrongField('http', params)).toBe(field)
  })

  it('takes text and JSON as a body', () => {
    const bodies = ['text', { a: [1, null] }, [], null, 0]
    expect(bodies.map((body) => wrongField('http', { method: 'POST', url: 'https://a.b/c?d=e', body }))).toEqual(bodies.map(() => null))
  })

  it('may be repeated by itself only where asking again changes nothing', () => {
    const repeatable = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((method) =>
      op('http').idempotentFor!({ method }),
    )
    expect(repeatable).toEqual(['GET', 'HEAD', 'OPTIONS'])
  })
})

describe('mcp', () => {
  it.each([
    ['neither a command nor an address', { server: {}, tool: 't' }, 'server'],
    ['both at once', { server: { command: 'a', url: 'http://a.b/' }, tool: 't' }, 'server'],
    ['an address of another protocol', { server: { url: 'ws://a.b/' }, tool: 't' }, 'server.url'],
    ['no tool', { server: { command: 'a' } }, 'tool'],
    ['arguments that are no object', { server: { command: 'a' }, tool: 't', arguments: [] }, 'arguments'],
  ])('refuses %s', (_what, params, field) => {
    expect(wrongField('mcp', params)).toBe(field)
  })
})

describe('docker', () => {
  it.each([
    ['an option for an image', { image: '--privileged' }, 'image'],
    ['an option for a network', { image: 'alpine', network: '--pid=host' }, 'network'],
    ['an environment name with an equals sign', { image: 'alpine', env: { 'A=B': 'c' } }, 'env.A=B'],
  ])('refuses %s', (_what, params, field) => {
    expect(wrongField('docker', params)).toBe(field)
  })

  it('takes images as registries name them', () => {
    const images = ['alpine', 'node:24-slim', 'ghcr.io/owner/name@sha256:0123abcd', 'localhost:5000/a_b/c']
    expect(images.map((image) => wrongField('docker', { image }))).toEqual(images.map(() => null))
  })
})

describe('the list of ops', () => {
  it('describes the parameters of each as a JSON schema, where what has a default is not required', () => {
    const info = describeOps(ops).find(({ name }) => name === 'worktree.remove')!
    expect(info).toMatchObject({
      targets: 'worktree',
      targetParam: 'worktreeId',
      cancellable: false,
      control: false,
      timeouts: { onTimeout: 'ask' },
      params: { type: 'object', required: ['worktreeId'], properties: { discardChanges: { type: 'boolean', default: false } } },
    })
  })

  it('survives JSON as it is', () => {
    const list = describeOps(ops)
    expect(JSON.parse(JSON.stringify(list))).toEqual(list)
  })
})
