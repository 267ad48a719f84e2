import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../../shared/models/index.ts'
import { run } from '../platform/index.ts'

/** A small program with a bug and a gap or two: enough for agents to have something real to do. */
const FILES: Readonly<Record<string, string>> = {
  'package.json': `${JSON.stringify({ name: 'invoices', version: '1.0.0', type: 'module', private: true, scripts: { test: 'node --test' } }, null, 2)}\n`,
  'README.md': `# invoices

Adds up invoices and prints them.

    node src/cli.js data/invoices.json
`,
  'src/invoices.js': `/** Sum of an invoice's lines in cents, tax included. */
export function total(invoice) {
  const net = invoice.lines.reduce((sum, line) => sum + line.quantity * line.priceCents, 0)
  return Math.round(net * (1 + invoice.taxRate))
}

/** Invoices that are not paid and past their date. */
export function overdue(invoices, today) {
  return invoices.filter((invoice) => !invoice.paid && invoice.due < today)
}
`,
  'src/format.js': `/** Cents as a readable amount: 123456 becomes 1234.56. */
export function amount(cents) {
  return Math.floor(cents / 100) + '.' + (cents % 100)
}
`,
  'src/cli.js': `import { readFileSync } from 'node:fs'
import { amount } from './format.js'
import { total } from './invoices.js'

const invoices = JSON.parse(readFileSync(process.argv[2], 'utf8'))
for (const invoice of invoices) console.log(invoice.number, amount(total(invoice)))
`,
  'test/format.test.js': `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { amount } from '../src/format.js'

test('an amount has two digits after the point', () => {
  assert.equal(amount(123456), '1234.56')
  assert.equal(amount(500), '5.00')
})
`,
  'data/invoices.json': `${JSON.stringify(
    [
      { number: '2026-001', taxRate: 0.2, due: '2026-01-31', paid: true, lines: [{ text: 'Design', quantity: 3, priceCents: 12000 }] },
      { number: '2026-002', taxRate: 0.2, due: '2026-02-28', paid: false, lines: [{ text: 'Hosting', quantity: 12, priceCents: 1500 }] },
    ],
    null,
    2,
  )}\n`,
  '.gitignore': 'tmp/\n',
}

/** The sample is nobody's work: it is committed under a name of its own, whatever the user's configuration says. */
const GIT = [
  '-c',
  'user.name=Control Room demo',
  '-c',
  'user.email=demo@localhost',
  '-c',
  'commit.gpgsign=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'init.defaultBranch=main',
]

/**
 * Makes the sample repository, one commit on `main`. Leaves one that is there as it is.
 *
 * @param folder absolute path; made when missing
 * @throws AppError INTERNAL when git fails
 */
export async function makeSampleProject(folder: string): Promise<void> {
  const git = async (...args: string[]): Promise<string> => {
    const result = await run('git', [...GIT, ...args], { cwd: folder, timeoutMs: 30_000 })
    if (result.code !== 0)
      throw new AppError('INTERNAL', `The demo's sample project could not be made: git ${args[0]}: ${result.stderr.trim()}`)
    return result.stdout.trim()
  }
  await mkdir(folder, { recursive: true })
  const known = await run('git', ['rev-parse', '--verify', '--quiet', 'HEAD'], {
    cwd: folder,
    env: { GIT_CEILING_DIRECTORIES: dirname(folder) },
  })
  if (known.code === 0) return
  // What a host that died in here has left is nobody's work, and its locks would be in the way.
  await rm(join(folder, '.git'), { recursive: true, force: true })
  for (const [path, content] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  await git('init', '--quiet')
  await git('add', '--all')
  await git('commit', '--quiet', '--message', 'A program that adds up invoices')
}
