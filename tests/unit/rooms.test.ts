import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { parseSync } from 'vite'
import { expect, test } from 'vitest'

/** The rooms of `src/main` from the top down: a room may import the rooms above it, never one below. */
const ORDER = [
  ['platform'],
  ['supervision'],
  ['projects'],
  ['templates'],
  ['artifacts'],
  ['operations'],
  ['worktrees'],
  ['agents'],
  ['runs'],
  ['ops', 'demo'],
  ['workers'],
  ['store'],
  ['ipc'],
  ['core'],
  ['desktop'],
  ['headless'],
  ['cli'],
]

/** Files by which a room may be entered: its index (each kind of store has its own), and those that only declare what others implement or are given. */
const ENTRANCES = /^(index|sqlite\/index|postgres\/index|port|op|.+-port|.+-store)\.ts$/

/** Imports that the rules would forbid, each with the reason why it may stay. */
const EXCEPTIONS: readonly { readonly from: string; readonly to: string; readonly why: string }[] = []

const ROOT = resolve(import.meta.dirname, '../..')
const SOURCE = join(ROOT, 'src')
const MAIN = join(SOURCE, 'main')

interface Import {
  /** The importing file, relative to the repository. */
  readonly from: string
  readonly specifier: string
  /** The imported file, relative to the repository; null for a package. */
  readonly to: string | null
}

const inRepository = (file: string): string => relative(ROOT, file).split(sep).join('/')

/** Static imports and re-exports as a parser sees them, so that code in a text does not count; and every `import('...')`, of a value or a type. */
function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8')
  const { staticImports, staticExports } = parseSync(file, text).module
  const specifiers = [
    ...staticImports.map((entry) => entry.moduleRequest.value),
    ...staticExports.flatMap((entry) => entry.entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? [])),
    ...[...text.matchAll(/\bimport\(\s*(['"])([^'"\n]+)\1\s*\)/g)].map(([, , specifier]) => specifier!),
  ]
  return specifiers.map((specifier) => ({
    from: inRepository(file),
    specifier,
    to: specifier.startsWith('.') ? inRepository(resolve(dirname(file), specifier)) : null,
  }))
}

const sources = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => join(SOURCE, name))
const imports = sources.flatMap(importsOf)

const isExcepted = ({ from, to }: Import): boolean => EXCEPTIONS.some((exception) => exception.from === from && exception.to === to)
const show = ({ from, specifier }: Import): string => `${from} imports ${specifier}`

/** The room a file of `src/main` is in, or null outside; the composition root (`core.ts` and `core/`) counts as a room. */
function roomOf(path: string): string | null {
  const [, room] = path.match(/^src\/main\/([^/]+?)(?:\.ts)?(?:\/|$)/) ?? []
  return room && room !== 'index' ? room : null
}
const levelOf = (room: string): number => ORDER.findIndex((rooms) => rooms.includes(room))

const betweenRooms = imports.flatMap((entry) => {
  const from = roomOf(entry.from)
  const to = entry.to && roomOf(entry.to)
  return from && to && from !== to ? [{ ...entry, fromRoom: from, toRoom: to }] : []
})

test('the search for imports finds them', () => {
  expect(betweenRooms.length).toBeGreaterThan(20)
  expect(imports).toContainEqual({ from: 'src/main/index.ts', specifier: './desktop/index.ts', to: 'src/main/desktop/index.ts' })
})

test('every folder of src/main is a room of the order', () => {
  const folders = readdirSync(MAIN, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  expect(folders.map((entry) => entry.name).filter((name) => levelOf(name) < 0)).toEqual([])
})

test('a room imports only rooms above it', () => {
  const wrong = betweenRooms.filter((entry) => levelOf(entry.toRoom) >= levelOf(entry.fromRoom) && !isExcepted(entry))
  expect(wrong.map(show)).toEqual([])
})

test('a room is entered by its index or a file that declares a port', () => {
  const wrong = betweenRooms.filter((entry) => {
    const inside = entry.to!.split('/').slice(3).join('/')
    return inside !== '' && !ENTRANCES.test(inside) && !isExcepted(entry)
  })
  expect(wrong.map(show)).toEqual([])
})

test('only the core imports the store', () => {
  expect(betweenRooms.filter((entry) => entry.toRoom === 'store' && entry.fromRoom !== 'core' && !isExcepted(entry)).map(show)).toEqual([])
})

test('only the desktop, the preload and the desktop entry import Electron', () => {
  const allowed = /^src\/(main\/desktop\/|preload\/|main\/index\.ts$)/
  const wrong = imports.filter(({ from, specifier }) => /^electron(\/|-store$|$)/.test(specifier) && !allowed.test(from))
  expect(wrong.map(show)).toEqual([])
})

test('the screen imports neither Node, nor the main process, nor the preload', () => {
  const wrong = imports.filter(
    ({ from, specifier, to }) =>
      from.startsWith('src/renderer/') && (specifier.startsWith('node:') || /^src\/(main|preload)\//.test(to ?? '')),
  )
  expect(wrong.map(show)).toEqual([])
})

test('shared code imports neither Node nor one side', () => {
  const wrong = imports.filter(
    ({ from, specifier, to }) =>
      from.startsWith('src/shared/') && (specifier.startsWith('node:') || (to !== null && !to.startsWith('src/shared/'))),
  )
  expect(wrong.map(show)).toEqual([])
})

test('no source imports a test', () => {
  expect(imports.filter(({ to }) => to?.startsWith('tests/')).map(show)).toEqual([])
})

test('every exception is still needed', () => {
  const stale = EXCEPTIONS.filter(({ from, to }) => !imports.some((entry) => entry.from === from && entry.to === to))
  expect(stale).toEqual([])
})
