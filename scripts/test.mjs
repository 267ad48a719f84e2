// `npm test [part [what its tool shall look at]]`: everything that must hold, part by part. The last line is `N passed, N failed` over all tests; `, N skipped` may follow.
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build, NODE, ROOT, rerunOnProjectNode, runTool } from './toolchain.mjs'

const REPORTS = join(ROOT, 'test-results/reports')

/** Each part answers with its counts, or with whether it went well when it has nothing to count. */
const PARTS = {
  typecheck: { title: 'Types', run: typecheck },
  lint: { title: 'Lint and format', run: lint },
  build: { title: 'Build', run: build },
  unit: { title: 'Unit tests', run: (more) => vitest('unit', more) },
  integration: { title: 'Integration tests', needs: build, run: (more) => vitest('integration', more) },
  e2e: { title: 'End-to-end tests', needs: build, run: endToEnd },
}

async function typecheck() {
  let passed = true
  // One program for each runtime: what one of them must not know does not compile there.
  for (const program of ['node', 'preload', 'web']) {
    passed = (await runTool(NODE, ['node_modules/typescript/bin/tsc', '-p', `tsconfig.${program}.json`])) === 0 && passed
  }
  return passed
}

async function lint() {
  return (await runTool(NODE, ['node_modules/@biomejs/biome/bin/biome', 'check', '--no-errors-on-unmatched', '.'])) === 0
}

async function vitest(project, more) {
  const file = freshReport(project)
  const code = await runTool(NODE, [
    'node_modules/vitest/vitest.mjs',
    'run',
    ...['--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...more],
  ])
  const report = readReport(file)
  const counts = {
    passed: report?.numPassedTests ?? 0,
    failed: report?.numFailedTests ?? 0,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  }
  return settle(counts, code)
}

async function endToEnd(more) {
  const browser = await provideBrowser()
  if (!browser) return false
  const file = freshReport('e2e')
  const code = await runTool(NODE, ['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json', ...more], {
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
    CHROMIUM_PATH: browser,
  })
  const stats = readReport(file)?.stats
  return settle(
    { passed: (stats?.expected ?? 0) + (stats?.flaky ?? 0), failed: stats?.unexpected ?? 0, skipped: stats?.skipped ?? 0 },
    code,
  )
}

/** A browser that starts: one that is there, Playwright's download, or the system's package. Null when there is none to be had. */
async function provideBrowser() {
  const { findBrowser, startsUp } = await import('../tests/support/browser.ts')
  const found = () => {
    const path = findBrowser()
    return path && startsUp(path) ? path : null
  }
  const mayInstall = process.platform === 'linux' && process.getuid?.() === 0
  const playwright = (...args) => runTool(NODE, ['node_modules/@playwright/test/cli.js', ...args])
  const ways = [
    () => playwright('install', ...(mayInstall ? ['--with-deps'] : []), 'chromium'),
    async () => mayInstall && (await runTool('apt-get', ['update'])) === 0 && (await runTool('apt-get', ['install', '-y', 'chromium'])),
  ]
  let browser = found()
  for (const way of ways) {
    if (browser) break
    console.log('No browser that starts was found; installing one.')
    await way()
    browser = found()
  }
  if (browser) console.log(`Browser: ${browser}`)
  else console.error('There is no Chromium to test in. Run `npx playwright install --with-deps chromium`, or set CHROMIUM_PATH to one.')
  return browser
}

/** A tool that failed without a failed test (a file that does not load, a crash) counts as one failure, so that the sum never looks clean. */
const settle = (counts, code) => (code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts)

function freshReport(name) {
  mkdirSync(REPORTS, { recursive: true })
  const file = join(REPORTS, `${name}.json`)
  rmSync(file, { force: true })
  return file
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

async function main([only, ...more]) {
  if (only !== undefined && !Object.hasOwn(PARTS, only)) {
    console.error(`There is no part "${only}". Parts: ${Object.keys(PARTS).join(', ')}.`)
    process.exitCode = 2
    return
  }
  const total = { passed: 0, failed: 0, skipped: 0 }
  const broken = []
  for (const name of only ? [only] : Object.keys(PARTS)) {
    const { title, needs, run } = PARTS[name]
    console.log(`\n=== ${title} ===\n`)
    const result = needs && !(await needs()) ? false : await run(more)
    const counts = typeof result === 'boolean' ? { passed: 0, failed: result ? 0 : 1, skipped: 0 } : result
    for (const key of Object.keys(total)) total[key] += counts[key]
    if (counts.failed > 0) broken.push(title)
  }
  console.log(broken.length === 0 ? '\nAll parts are fine.' : `\nNot fine: ${broken.join(', ')}.`)
  console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
  process.exitCode = broken.length === 0 ? 0 : 1
}

if (!rerunOnProjectNode(import.meta.filename)) await main(process.argv.slice(2))
