import type { PermissionPolicy } from '../../shared/models/index.ts'
import type { ScenarioStep } from './scripted-model.ts'

/** One task of the demo: what the person asks, and what the scripted model does about it, a step for each of its answers. */
export interface DemoTask {
  readonly title: string
  readonly prompt: string
  readonly policy: PermissionPolicy
  readonly steps: readonly ScenarioStep[]
}

const todos = (done: number, ...contents: string[]) => ({
  name: 'todowrite',
  args: {
    todos: contents.map((content, index) => ({
      content,
      status: index < done ? 'completed' : index === done ? 'in_progress' : 'pending',
      priority: 'medium',
    })),
  },
})
const read = (filePath: string) => ({ name: 'read', args: { filePath } })
const write = (filePath: string, content: string) => ({ name: 'write', args: { filePath, content } })
const edit = (filePath: string, oldString: string, newString: string) => ({ name: 'edit', args: { filePath, oldString, newString } })
const bash = (command: string, description: string) => ({ name: 'bash', args: { command, description } })
/** A pace at which a person can follow: a piece each 60 ms. */
const slowly = (text: string): ScenarioStep => ({ text, chunks: Math.max(8, Math.round(text.length / 12)), delayMs: 60 })

const CSV_PLAN = ['Read the invoice code', 'Write the CSV export', 'Wire it into the command line', 'Test it']

const CSV_SOURCE = `import { amount } from './format.js'
import { total } from './invoices.js'

const quote = (value) => (/[",\\n]/.test(value) ? '"' + String(value).replaceAll('"', '""') + '"' : String(value))

/** Invoices as CSV: a header, then a line for each. */
export function toCsv(invoices) {
  const rows = invoices.map((invoice) => [invoice.number, invoice.due, amount(total(invoice)), invoice.paid ? 'yes' : 'no'])
  return [['number', 'due', 'total', 'paid'], ...rows].map((row) => row.map(quote).join(',')).join('\\n') + '\\n'
}
`

const CSV_TEST = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toCsv } from '../src/csv.js'

test('an invoice is one line of CSV, quoted where it must be', () => {
  const invoice = { number: 'a,1', due: '2026-01-31', paid: true, taxRate: 0, lines: [{ quantity: 1, priceCents: 1250 }] }
  assert.equal(toCsv([invoice]), 'number,due,total,paid\\n"a,1",2026-01-31,12.50,yes\\n')
})
`

/** Edits several files while it talks. */
const addCsvExport: DemoTask = {
  title: 'Add a CSV export',
  prompt: 'Add a CSV export of all invoices to the command line: `--csv` prints them as CSV. Quote what needs quoting, and test it.',
  policy: 'allow-edits',
  steps: [
    {
      ...slowly('I will look at how invoices are printed today, then add the export beside it. '),
      tools: [todos(0, ...CSV_PLAN), read('src/cli.js')],
    },
    {
      ...slowly('The command line prints number and total. CSV wants its own file. '),
      tools: [todos(1, ...CSV_PLAN), write('src/csv.js', CSV_SOURCE)],
    },
    {
      tools: [
        todos(2, ...CSV_PLAN),
        edit(
          'src/cli.js',
          'for (const invoice of invoices) console.log(invoice.number, amount(total(invoice)))\n',
          "if (process.argv.includes('--csv')) process.stdout.write(toCsv(invoices))\nelse for (const invoice of invoices) console.log(invoice.number, amount(total(invoice)))\n",
        ),
        edit(
          'src/cli.js',
          "import { amount } from './format.js'\n",
          "import { toCsv } from './csv.js'\nimport { amount } from './format.js'\n",
        ),
      ],
    },
    { tools: [todos(3, ...CSV_PLAN), write('test/csv.test.js', CSV_TEST)] },
    { tools: [todos(4, ...CSV_PLAN)] },
    slowly(
      'Done: `node src/cli.js data/invoices.json --csv` prints every invoice as CSV.\n\n- `src/csv.js` builds the text and quotes commas, quotes and line breaks\n- `src/cli.js` prints it with `--csv`\n- `test/csv.test.js` covers the quoting\n',
    ),
  ],
}

/** Runs the tests with bash, finds the bug they show, mends it, runs them again. */
const fixAmounts: DemoTask = {
  title: 'Make the tests pass',
  prompt: 'Run the tests. If one fails, find out why, fix the code and not the test, and run them again.',
  policy: 'allow-all',
  steps: [
    {
      ...slowly('First the tests as they are. '),
      tools: [todos(0, 'Run the tests', 'Fix the cause', 'Run them again'), bash('node --test 2>&1 | tail -40', 'Run the tests')],
    },
    {
      ...slowly('`amount(500)` gives `5.0`: the cents are not padded. '),
      tools: [todos(1, 'Run the tests', 'Fix the cause', 'Run them again'), read('src/format.js')],
    },
    { tools: [edit('src/format.js', "'.' + (cents % 100)", "'.' + String(cents % 100).padStart(2, '0')")] },
    { tools: [todos(2, 'Run the tests', 'Fix the cause', 'Run them again'), bash('node --test 2>&1 | tail -12', 'Run the tests again')] },
    { tools: [todos(3, 'Run the tests', 'Fix the cause', 'Run them again')] },
    slowly('All tests pass. The amount of 500 cents was printed as `5.0`; the cents are now padded to two digits in `src/format.js`.'),
  ],
}

/** Its provider fails twice before it answers: what that looks like, and that nobody has to do anything about it. */
const writeNotes: DemoTask = {
  title: 'Document the API',
  prompt: 'Write docs/api.md: every exported function with its parameters, its result and one example.',
  policy: 'allow-edits',
  steps: [
    {
      status: 500,
      times: 2,
      message: 'The model is overloaded (this is the demo: it recovers on the third try)',
      headers: { 'retry-after-ms': '1500' },
      ...slowly('The provider is back. Reading the sources. '),
      tools: [read('src/invoices.js'), read('src/format.js')],
    },
    {
      tools: [
        write(
          'docs/api.md',
          '# API\n\n## `total(invoice)`\n\nThe sum of all lines in cents, tax included, rounded.\n\n    total({ taxRate: 0.2, lines: [{ quantity: 3, priceCents: 12000 }] }) // 43200\n\n## `overdue(invoices, today)`\n\nUnpaid invoices whose `due` is before `today` (`YYYY-MM-DD`).\n\n## `amount(cents)`\n\nCents as a readable amount.\n\n    amount(123456) // "1234.56"\n',
        ),
      ],
    },
    slowly('`docs/api.md` describes `total`, `overdue` and `amount`, each with an example.'),
  ],
}

/** Asks before it runs a command. */
const addChangelog: DemoTask = {
  title: 'Start a changelog',
  prompt: 'Start a CHANGELOG.md from the commits so far. Ask before you run anything.',
  policy: 'ask',
  steps: [
    { ...slowly('I need the history for that. '), tools: [bash('git log --format="%ad %s" --date=short', 'List the commits')] },
    { tools: [write('CHANGELOG.md', '# Changelog\n\n## 1.0.0\n\n- A program that adds up invoices\n')] },
    slowly('`CHANGELOG.md` starts with version 1.0.0 and what the history says of it.'),
  ],
}

/** The tasks in the order they are queued; a demo of more runs than tasks starts over. */
export const DEMO_TASKS: readonly DemoTask[] = [addCsvExport, fixAmounts, writeNotes, addChangelog]
