import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ElectronApplication, JSHandle, Page } from '@playwright/test'
import { expect, test } from '@playwright/test'
import { type Desktop, startDesktop } from '../support/desktop.ts'

/** What the system was told since `recordSystem`. */
interface Told {
  toolTips: string[]
  menus: string[][]
  bars: number[]
  notifications: string[]
  opened: string[]
  questions: string[]
  /** What the person answers to the next question. */
  answer: number
}

let dataDir: string
const started: Desktop[] = []
test.beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'controlroom-desktop-'))
})
test.afterEach(async () => {
  // Starts on one folder follow each other: the last one is the one that may still be there.
  for (const desktop of started.splice(0).reverse()) await desktop.close()
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
})

const start = async (): Promise<Desktop> => {
  const desktop = await startDesktop(test.info().project.name, dataDir)
  started.push(desktop)
  return desktop
}
const isWindowVisible = (app: ElectronApplication) => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible())

/** Writes down what the app tells the system from now on, on real Electron and on its stand-in alike. Nothing is opened and no question reaches a person. */
function recordSystem(app: ElectronApplication): Promise<JSHandle<Told>> {
  return app.evaluateHandle(({ BrowserWindow, dialog, Menu, Notification, shell, Tray }) => {
    const told: Told = { toolTips: [], menus: [], bars: [], notifications: [], opened: [], questions: [], answer: 1 }
    const labels = new WeakMap<object, string[]>()
    const { buildFromTemplate } = Menu
    Menu.buildFromTemplate = (template) => {
      const menu = buildFromTemplate.call(Menu, template)
      labels.set(
        menu,
        template.map((item) => item.label ?? ''),
      )
      return menu
    }
    const { setToolTip, setContextMenu } = Tray.prototype
    Tray.prototype.setToolTip = function (text) {
      told.toolTips.push(text)
      setToolTip.call(this, text)
    }
    Tray.prototype.setContextMenu = function (menu) {
      told.menus.push((menu && labels.get(menu)) ?? [])
      setContextMenu.call(this, menu)
    }
    const { setProgressBar } = BrowserWindow.prototype
    BrowserWindow.prototype.setProgressBar = function (progress, options) {
      told.bars.push(progress)
      setProgressBar.call(this, progress, options)
    }
    Notification.prototype.show = function () {
      told.notifications.push(this.title)
    }
    shell.openExternal = async (url) => {
      told.opened.push(url)
    }
    dialog.showMessageBox = (async (...args: unknown[]) => {
      told.questions.push((args.at(-1) as { message: string }).message)
      return { response: told.answer, checkboxChecked: false }
    }) as typeof dialog.showMessageBox
    return told
  })
}
const read = (told: JSHandle<Told>): Promise<Told> => told.jsonValue()

/** Queues a shell run in lane B that works until `finish` is called. Its title is its command. */
async function queueRun(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'New run' }).click()
  const dialog = page.getByRole('dialog', { name: 'New run' })
  await dialog.getByText('Shell command', { exact: true }).click()
  await dialog.getByRole('combobox', { name: 'Lane' }).selectOption('B')
  await dialog.getByRole('textbox', { name: 'Command' }).fill(`until [ -e '${join(dataDir, 'finish')}' ]; do sleep 0.1; done`)
  await dialog.getByRole('button', { name: 'Queue the run' }).click()
  await expect(dialog).toBeHidden()
}
const finish = () => writeFile(join(dataDir, 'finish'), '')
const cardOf = (page: Page) => page.getByRole('region', { name: 'Lane B' }).getByRole('article').filter({ hasText: 'until [ -e' })

test('the window shows a run at work, and tray, taskbar and a notification tell of it', async () => {
  const { app, page } = await start()
  const told = await recordSystem(app)

  await queueRun(page)
  await expect(cardOf(page).getByRole('progressbar')).toBeVisible()
  expect(await isWindowVisible(app)).toBe(true)
  await expect.poll(async () => (await read(told)).toolTips.at(-1)).toContain('1 operation active')
  expect((await read(told)).menus.at(-1)).toEqual(
    expect.arrayContaining(['1 operation active', expect.stringContaining('until [ -e'), 'New run', 'Quit']),
  )
  expect((await read(told)).bars.at(-1)).toBeGreaterThan(1)

  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide())
  await finish()
  await expect.poll(async () => (await read(told)).notifications).toEqual([expect.stringContaining('Done: until [ -e')])
  await expect.poll(async () => (await read(told)).toolTips.at(-1)).toContain('idle')
  expect((await read(told)).bars.at(-1)).toBe(-1)
})

test('closing the window keeps the app running, and a second start brings the window back', async () => {
  const { app, page, startAgain } = await start()
  await expect(page.getByRole('link', { name: 'Board', exact: true })).toBeVisible()
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  expect(await isWindowVisible(app)).toBe(false)

  expect(await startAgain()).toEqual({ code: 0 })
  await expect.poll(() => isWindowVisible(app)).toBe(true)
  expect(app.windows()).toHaveLength(1)
})

test('New run of the menu opens its dialog, from whatever screen is shown', async () => {
  const { app, page } = await start()
  await page.getByRole('link', { name: 'Workers', exact: true }).click()
  await app.evaluate(({ Menu }) => {
    const file = Menu.getApplicationMenu()?.items.find((item) => item.label === 'File')
    file?.submenu?.items.find((item) => item.label === 'New run')?.click()
  })
  await expect(page.getByRole('dialog', { name: 'New run' })).toBeVisible()
})

test('a quit while a run is active asks; keeping it leaves it running, quitting hands it back and leaves no process', async () => {
  const { app, page, ended } = await start()
  const told = await recordSystem(app)
  await queueRun(page)
  await expect(cardOf(page).getByRole('progressbar')).toBeVisible()

  await app.evaluate(({ app }) => app.quit())
  await expect.poll(async () => (await read(told)).questions).toEqual(['1 run is active'])
  await expect.poll(() => isWindowVisible(app)).toBe(false)
  await expect(cardOf(page).getByRole('progressbar')).toBeVisible()

  await told.evaluate((record) => {
    record.answer = 0
  })
  await app.evaluate(({ app }) => app.quit())
  expect(await ended()).toBe(0)

  // Handed back, not lost: the next start goes on with it.
  const next = await start()
  await expect(cardOf(next.page).getByRole('progressbar')).toBeVisible()
})

test('a signal ends the app in order without a question', async () => {
  const { app, page, ended } = await start()
  await expect(page.getByRole('link', { name: 'Board', exact: true })).toBeVisible()
  app.process().kill('SIGTERM')
  expect(await ended()).toBe(0)
})

test('the window stays on its page: links to the web open outside, all others go nowhere', async () => {
  const { app, page } = await start()
  const told = await recordSystem(app)
  await expect(page.getByRole('link', { name: 'Board', exact: true })).toBeVisible()
  const address = page.url()

  await page.evaluate(`{
    window.open('https://example.org/new')
    window.open('file:///etc/passwd')
    location.href = 'https://example.org/away'
  }`)
  await expect.poll(async () => (await read(told)).opened.sort()).toEqual(['https://example.org/away', 'https://example.org/new'])
  await page.evaluate(`{ location.href = 'file:///etc/passwd' }`)
  await expect(page.getByRole('link', { name: 'Inbox', exact: true })).toBeVisible()
  expect(page.url()).toBe(address)
  expect(app.windows()).toHaveLength(1)
})

test('the page has neither Node nor Electron, and runs no script that is not its own', async () => {
  const { page, errors } = await start()
  await expect(page.getByRole('link', { name: 'Board', exact: true })).toBeVisible()
  expect(await page.evaluate(`['require', 'process', 'module', 'Buffer', 'electron'].filter((name) => name in window)`)).toEqual([])
  const ran = await page.evaluate(`{
    const script = document.createElement('script')
    script.textContent = 'window.injected = true'
    document.body.append(script)
    'injected' in window
  }`)
  expect(ran).toBe(false)
  await expect.poll(() => errors.splice(0)).toEqual([expect.stringContaining('Content Security Policy')])
})

test('what is set in the window is there after a restart', async () => {
  const first = await start()
  await first.page.getByRole('link', { name: 'Settings', exact: true }).click()
  await first.page.getByRole('combobox', { name: 'Theme' }).selectOption('light')
  await expect.poll(() => first.app.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe('light')
  await first.app.evaluate(({ app }) => app.quit())
  expect(await first.ended()).toBe(0)

  const second = await start()
  expect(await second.app.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe('light')
})
