import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PatchSplitter } from '../../../src/main/worktrees/diff/patch-splitter.ts'

const header = (name: string): string => `diff --git a/${name} b/${name}\nindex 1..2\n`

function split(text: string, limit: number, chunk: number): PatchSplitter {
  const splitter = new PatchSplitter(limit)
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += chunk) splitter.push(bytes.subarray(at, at + chunk))
  splitter.end()
  return splitter
}

test('patches come whole, however the output is cut into pieces', () => {
  const body = fc.array(fc.string({ unit: 'grapheme' }).map((line) => `+${line.replaceAll(/[\n\r]/g, '')}\n`))
  fc.assert(
    fc.property(fc.array(body, { maxLength: 6 }), fc.integer({ min: 1, max: 50 }), (bodies, chunk) => {
      const patches = bodies.map((lines, at) => header(`f${at}`) + lines.join(''))
      expect(split(patches.join(''), 1e6, chunk).patches).toEqual(patches)
    }),
  )
})

test('a patch over the limit is left out, in its place', () => {
  const long = `${header('long')}${'+line\n'.repeat(100)}`
  const splitter = split(header('a') + long + header('b'), 200, 64)
  expect(splitter.patches).toEqual([header('a'), null, header('b')])
  expect(splitter.keptBytes).toBe(header('a').length + header('b').length)
  expect(splitter.seenBytes).toBe(header('a').length + long.length + header('b').length)
})

test('a patch of exactly the limit is kept, one byte more is not', () => {
  const patch = `${header('x')}+12345\n`
  expect(split(patch, patch.length, 7).patches).toEqual([patch])
  expect(split(patch, patch.length - 1, 7).patches).toEqual([null])
})

test('one endless line does not fill the memory and does not hide the next patch', () => {
  const splitter = new PatchSplitter(1_000)
  splitter.push(Buffer.from(header('long')))
  for (let at = 0; at < 200; at++) splitter.push(Buffer.alloc(10_000, 'x'))
  splitter.push(Buffer.from(`\n${header('next')}`))
  splitter.end()
  expect(splitter.patches).toEqual([null, header('next')])
})

test('without a line end at the very end the last patch is whole', () => {
  expect(split(`${header('a')}+x`, 100, 5).patches).toEqual([`${header('a')}+x`])
  expect(split('', 100, 5).patches).toEqual([])
})
