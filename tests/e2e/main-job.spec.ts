import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { goHome, makeRepository, openBoard, type ScreenHost, startScreenHost } from './screen-host.ts'

const MODEL = 'fake/fake'

let host: ScreenHost

const say = (...steps: object[]): string => `@@fake ${JSON.stringify({ steps })}`
const write = (filePath: string, content: string) => ({ tools: [{ name: 'write', args: { filePath, content } }] })

test.describe.configure({ mode: 'serial' })
test.beforeAll(async () => {
  host = await startScreenHost()
})
test.afterAll(() => host.close())
const errors = openBoard(() => host)

/** Fills in the dialog and queues. `mode` is the switch for several prompts at once. */
async function queueRuns(page: Page, text: string, more: { mode?: string | RegExp; policy?: string } = {}): Promise<void> {
  await page.getByRole('button', { name: 'New run' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'New run' })
  await dialog.getByRole('combobox', { name: 'Project' }).selectOption({ label: 'shop' })
  await dialog.getByLabel('What the agent should do').fill(text)
  if (more.mode) await dialog.getByRole('radio', { name: more.mode }).click()
  await dialog.getByRole('combobox', { name: 'Model' }).fill(MODEL)
  await dialog.getByRole('radio', { name: more.policy ?? 'Allow all' }).click()
  await dialog.getByRole('button', { name: /^Queue/ }).click()
  await expect(dialog).toBeHidden()
}

test('the token leaves the address at once', async ({ page }) => {
  expect(page.url()).not.toContain(host.token)
})

test('a project is added by its path and trusted', async ({ page }) => {
  const path = makeRepository(join(host.folder, 'shop'))
  await page.getByRole('link', { name: 'Projects' }).click()
  await page.getByLabel('Path of a git repository').fill(path)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('dialog', { name: 'Trust shop?' }).getByRole('button', { name: 'Trust this project' }).click()
  await expect(page.getByRole('region', { name: 'Project shop' }).getByText('trusted', { exact: true })).toBeVisible()
})

test('a path that is no repository is refused with what to do', async ({ page }) => {
  await page.getByRole('link', { name: 'Projects' }).click()
  await page.getByLabel('Path of a git repository').fill(join(host.folder, 'nowhere'))
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(page.getByText(/There is nothing at|check the path/).first()).toBeVisible()
})

test('several prompts at once become runs that work side by side and end on the board', async ({ page }) => {
  const lines = ['one', 'two', 'three'].map((name) =>
    say(write(`${name}.txt`, `${name}\n`), { text: `made ${name} `, chunks: 20, delayMs: 60 }),
  )
  await queueRuns(page, lines.join('\n'), { mode: /line/ })
  const lane = page.getByRole('region', { name: 'Lane A' })
  await expect(lane.getByRole('progressbar').first()).toBeVisible()
  await expect(lane.getByText(/^made (one|two|three)/)).toHaveCount(3, { timeout: 60_000 })
})

test('the page of a run shows the conversation as it grows, and the diff of its worktree', async ({ page }) => {
  await queueRuns(
    page,
    say(write('src/hello.ts', "export const hello = 'world'\n"), { text: 'All of it is done now. ', chunks: 40, delayMs: 50 }),
  )
  await page.getByRole('region', { name: 'Lane A' }).getByRole('link').filter({ hasText: 'hello' }).click()
  await expect(page.getByText('src/hello.ts').first()).toBeVisible({ timeout: 30_000 })
  await expect(page.getByText(/All of it is done now\./).first()).toBeVisible()
  await expect(page.getByText('1 file', { exact: true })).toBeVisible({ timeout: 30_000 })
  await page.getByRole('tab', { name: 'Log' }).click()
  await expect(page.getByText(/Worktree task-/).first()).toBeVisible()
})

test('a permission is answered in the inbox, and the agent goes on', async ({ page }) => {
  await queueRuns(
    page,
    say({ tools: [{ name: 'bash', args: { command: 'echo allowed > answer.txt', description: 'write' } }] }, { text: 'thanks' }),
    { policy: 'Ask' },
  )
  await page.getByRole('link', { name: /^Inbox/ }).click()
  await expect(page.getByText(/echo allowed/).first()).toBeVisible({ timeout: 30_000 })
  await page
    .getByRole('button', { name: /^Allow once/ })
    .first()
    .click()
  await page.getByRole('link', { name: /^Board/ }).click()
  await expect(page.getByRole('region', { name: 'Lane A' }).getByText('thanks')).toBeVisible({ timeout: 30_000 })
})

test('a run that failed says why, is retried from its card, and succeeds', async ({ page }) => {
  await queueRuns(page, say({ status: 400, message: 'the provider says no', times: 1, text: 'now it works' }))
  const lane = page.getByRole('region', { name: 'Lane A' })
  await expect(lane.getByText(/the provider says no/)).toBeVisible({ timeout: 30_000 })
  await lane
    .getByRole('button', { name: /^Retry/ })
    .first()
    .click()
  await expect(lane.getByText('now it works')).toBeVisible({ timeout: 30_000 })
})

test('an operation is cancelled after five seconds, and is not called a failure', async ({ page }) => {
  await queueRuns(page, say({ text: 'on and on ', chunks: 600, delayMs: 100 }))
  await page.getByRole('link', { name: /^Operations/ }).click()
  const active = page.getByRole('region', { name: 'Active' })
  await active.getByRole('button', { name: /^Cancel/ }).click({ timeout: 20_000 })
  await expect(
    page
      .getByRole('region', { name: 'History' })
      .getByText(/cancelled/)
      .first(),
  ).toBeVisible({ timeout: 20_000 })
  await expect(active.getByRole('button', { name: /^Retry/ })).toHaveCount(0)
})

test('a host that is killed and started again leaves the screen as it was, and its run goes on', async ({ page }) => {
  test.setTimeout(180_000)
  await queueRuns(page, say(write('before.txt', 'before\n'), { text: 'still at it ', chunks: 60, delayMs: 60 }))
  await expect(
    page
      .getByRole('region', { name: 'Lane A' })
      .getByText(/writing|write/)
      .first(),
  ).toBeVisible({ timeout: 30_000 })
  await host.end('SIGKILL')
  await expect(page.getByText(/connection/i).first()).toBeVisible()
  errors.length = 0
  await host.start()
  await goHome(page, host)
  await expect(
    page
      .getByRole('region', { name: 'Lane A' })
      .getByText(/still at it/)
      .first(),
  ).toBeVisible({ timeout: 120_000 })
  errors.length = 0
})
