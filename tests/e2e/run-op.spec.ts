import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type Locator, type Page, test } from '@playwright/test'
import { commitFile, git, makeRepository, openBoard, type ScreenHost, startScreenHost } from './screen-host.ts'

let host: ScreenHost

const runsOf = async (op: string) =>
  (await host.call<{ runs: { id: string; op: string; projectId: string | null; status: string }[] }>('/runs')).runs.filter(
    (run) => run.op === op,
  )

test.describe.configure({ mode: 'serial' })
test.beforeAll(async () => {
  host = await startScreenHost()
  for (const name of ['shop', 'web', 'bare']) makeRepository(join(host.folder, name))
  git(host.folder, 'clone', '--quiet', join(host.folder, 'bare'), 'cloned')
  for (const name of ['shop', 'web', 'cloned']) {
    const project = await host.call<{ id: string }>('/projects.add', { path: join(host.folder, name) })
    await host.call('/projects.trust', { projectId: project.id, trusted: true })
  }
})
test.afterAll(() => host.close())
openBoard(() => host)

/** Opens the dialog by its key and chooses an op. */
async function openDialog(page: Page, op?: string): Promise<Locator> {
  await page.keyboard.press('o')
  const dialog = page.getByRole('dialog', { name: 'Run an operation' })
  // The radio itself is what screen readers see; its label is what is pressed.
  if (op) await dialog.getByRole('radiogroup', { name: 'Operation' }).getByText(op, { exact: true }).click()
  return dialog
}
const press = (dialog: Locator) => dialog.getByRole('button', { name: /^Run/ }).click()

test('the dialog offers every op of the host, in groups, and is worked by keyboard', async ({ page }) => {
  const { ops } = await host.call<{ ops: { title: string }[] }>('/ops')
  const dialog = await openDialog(page)
  await expect(dialog.getByRole('radio')).toHaveCount(ops.length)
  for (const { title } of ops) await expect(dialog.getByRole('radio', { name: title, exact: true })).toHaveCount(1)
  await page.keyboard.press('Space')
  await page.keyboard.press('ArrowDown')
  await expect(dialog.getByRole('radio', { name: 'Shell command' })).toBeChecked()
  await expect(dialog.getByRole('textbox', { name: 'Command' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
})

test('a shell command at two projects makes one run for each, and the message leads to them', async ({ page }) => {
  const dialog = await openDialog(page, 'Shell command')
  await dialog.getByRole('checkbox', { name: 'shop' }).check()
  await dialog.getByRole('checkbox', { name: 'web' }).check()
  await dialog.getByRole('textbox', { name: 'Command' }).fill('printf %s "$GREETING" > greeting.txt')
  await dialog.getByRole('button', { name: 'Add to Environment' }).click()
  await page.keyboard.type('GREETING')
  await page.keyboard.press('Tab')
  await page.keyboard.type('hello there')
  await expect(dialog.getByText('2 runs in lane A')).toBeVisible()
  // Twice in one moment: the second press is none.
  await dialog.getByRole('button', { name: /^Run/ }).evaluate((button: { click(): void }) => {
    button.click()
    button.click()
  })
  await expect(dialog).toBeHidden()
  await page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Open' }).click()
  await expect(page).toHaveURL(/#\/runs$/)
  await expect.poll(async () => (await runsOf('shell')).map((run) => run.status)).toEqual(['succeeded', 'succeeded'])
  const runs = await runsOf('shell')
  expect(new Set(runs.map((run) => run.projectId)).size).toBe(2)
  const detail = await host.call<{ steps: { params: object }[] }>(`/runs/${runs[0]!.id}`)
  expect(detail.steps[0]!.params).toMatchObject({ env: { GREETING: 'hello there' } })
})

test('what is wrong is said at its field, by the screen and by the host, and nothing that was typed is lost', async ({ page }) => {
  const dialog = await openDialog(page, 'HTTP request')
  await press(dialog)
  await expect(dialog.getByText('This is needed.')).toBeVisible()
  await expect(dialog.getByLabel('URL')).toBeFocused()

  await dialog.getByLabel('URL').fill('ftp://example.com/file')
  await dialog.getByRole('button', { name: 'Add to Headers' }).click()
  await page.keyboard.type('X-Kept')
  await press(dialog)
  await expect(dialog.getByLabel('URL')).toHaveAccessibleDescription(/begins with http:\/\/ or https:\/\//)
  await expect(dialog.getByLabel('URL')).toHaveValue('ftp://example.com/file')
  await expect(dialog.getByLabel('Headers: name 1')).toHaveValue('X-Kept')
  expect(await runsOf('http')).toEqual([])

  // Another op and back: it is all still there.
  await dialog.getByRole('radiogroup', { name: 'Operation' }).getByText('Pull', { exact: true }).click()
  await press(dialog)
  await expect(dialog.getByText(/A pull needs a project/)).toBeVisible()
  await dialog.getByRole('radiogroup', { name: 'Operation' }).getByText('HTTP request', { exact: true }).click()
  await expect(dialog.getByLabel('URL')).toHaveValue('ftp://example.com/file')
})

test('a dialog that is sent again after its answer was lost makes no second run', async ({ page }) => {
  const before = (await runsOf('worktree.create')).length
  const dialog = await openDialog(page, 'Create worktree')
  await dialog.getByRole('checkbox', { name: 'shop' }).check()
  // The host has heard the first one when its answer is taken from the page.
  await page.evaluate(`(() => {
    const plain = WebSocket.prototype.send
    WebSocket.prototype.send = function (data) {
      plain.call(this, data)
      const text = typeof data === 'string' ? data : ''
      if (text.includes('worktree.create')) {
        WebSocket.prototype.send = plain
        setTimeout(() => this.close(4000), 0)
      }
    }
  })()`)
  await press(dialog)
  await expect(dialog.getByText(/Nothing is done twice/)).toBeVisible({ timeout: 30_000 })
  await expect.poll(async () => (await runsOf('worktree.create')).length).toBe(before + 1)
  await expect(async () => {
    await press(dialog)
    await expect(dialog).toBeHidden({ timeout: 2_000 })
  }).toPass()
  expect((await runsOf('worktree.create')).length).toBe(before + 1)
})

test('a pull from the menu of a project brings its checkout forward', async ({ page }) => {
  const head = commitFile(join(host.folder, 'bare'), 'second.md')
  await page.getByRole('link', { name: 'Projects' }).click()
  await page.getByRole('button', { name: 'More about cloned' }).click()
  await page.getByRole('menuitem', { name: 'Pull' }).click()
  await page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Open' }).click()
  await expect(page).toHaveURL(/#\/runs\/\w+$/)
  await expect.poll(() => git(join(host.folder, 'cloned'), 'rev-parse', 'HEAD')).toBe(head)
  await expect.poll(async () => (await runsOf('git.pull')).map((run) => run.status)).toEqual(['succeeded'])
  expect(existsSync(join(host.folder, 'cloned', 'second.md'))).toBe(true)
})

test('the menu of a project opens the dialog with the project ticked and the command ready to type', async ({ page }) => {
  await page.getByRole('link', { name: 'Projects' }).click()
  await page.getByRole('button', { name: 'More about web' }).click()
  await page.getByRole('menuitem', { name: 'Shell command…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Run an operation' })
  await expect(dialog.getByRole('checkbox', { name: 'web' })).toBeChecked()
  await expect(dialog.getByRole('checkbox', { name: 'shop' })).not.toBeChecked()
  await expect(dialog.getByRole('textbox', { name: 'Command' })).toBeFocused()
})

test('the palette finds an op by its name', async ({ page }) => {
  await page.keyboard.press('Control+k')
  await page.keyboard.type('restart open')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'Run an operation' }).getByRole('radio', { name: 'Restart OpenCode' })).toBeChecked()
})

test('OpenCode is restarted from Workers', async ({ page }) => {
  // Asking for its models starts it.
  await host.call('/models')
  await page.getByRole('link', { name: 'Workers' }).click()
  const sheet = page.getByRole('region', { name: 'OpenCode server' })
  await expect(sheet.getByText('ready')).toBeVisible()
  const process = (await sheet.getByText(/^\d+$/).textContent())!
  await page.getByRole('button', { name: 'Restart OpenCode…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Run an operation' })
  await expect(dialog.getByText('1 run in lane A')).toBeVisible()
  await press(dialog)
  await expect(dialog).toBeHidden()
  await expect.poll(async () => (await runsOf('opencode.restart')).map((run) => run.status), { timeout: 60_000 }).toEqual(['succeeded'])
  await expect(sheet.getByText('ready')).toBeVisible()
  await expect(sheet.getByText(/^\d+$/)).not.toHaveText(process)
})

test('a run is killed from the dialog at once, without a lane', async ({ page }) => {
  const { runs } = await host.call<{ runs: { id: string }[] }>('/dispatch', { op: 'shell', options: { command: 'sleep 600' } })
  await expect.poll(async () => (await runsOf('shell')).find((run) => run.id === runs[0]!.id)?.status).toBe('running')
  const dialog = await openDialog(page, 'Kill')
  await expect(dialog.getByRole('combobox', { name: 'Lane' })).toHaveCount(0)
  await press(dialog)
  await expect(dialog.getByText('Choose at least one run.').first()).toBeVisible()
  await dialog.getByRole('checkbox', { name: /sleep 600/ }).check()
  await dialog.getByLabel('Reason').fill('it sleeps')
  await press(dialog)
  await expect(dialog).toBeHidden()
  await expect.poll(async () => (await runsOf('shell')).find((run) => run.id === runs[0]!.id)?.status).toBe('cancelled')
})
