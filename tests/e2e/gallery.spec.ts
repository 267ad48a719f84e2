import { expect, type Page, test } from '@playwright/test'
import { type Gallery, startGallery } from './gallery-server.ts'

const PANELS = ['board', 'operations', 'runs', 'inbox', 'templates', 'spec-kit', 'projects', 'workers', 'settings']
const STATES = ['normal', 'empty', 'loading', 'failed', 'refused', 'cut', 'degraded', 'hung', 'limits', 'thousand']

let gallery: Gallery
test.beforeAll(async () => {
  test.setTimeout(180_000)
  gallery = await startGallery()
})
test.afterAll(() => gallery.close())

/** Collects what must not happen on any screen: errors in the console and exceptions. A page that breaks the policy says so there too. */
function listen(page: Page): string[] {
  const problems: string[] = []
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  page.on('pageerror', (error) => problems.push(error.message))
  return problems
}

const open = async (page: Page, scene: Record<string, string>) => {
  await page.goto(gallery.url(scene))
  await page.getByRole('navigation', { name: 'Screens' }).waitFor()
}

for (const panel of PANELS) {
  test(`${panel}: every state in both themes shows without an error and fits the window`, async ({ page }) => {
    const problems = listen(page)
    for (const theme of ['light', 'dark']) {
      for (const state of STATES) {
        await open(page, { panel, state, theme })
        const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
        expect({ state, theme, overflow, problems }).toEqual({ state, theme, overflow: 0, problems: [] })
      }
    }
  })
}

for (const panel of ['run', 'new-run', 'run-op']) {
  test(`${panel}: every state of its own shows without an error and fits the window`, async ({ page }) => {
    test.slow()
    const problems = listen(page)
    await page.goto(gallery.url())
    const links = page.locator(`a[href*="panel=${panel}&"]`)
    await links.first().waitFor()
    const addresses: string[] = []
    for (const link of await links.all()) addresses.push(new URL((await link.getAttribute('href'))!, gallery.url()).href)
    for (const address of addresses) {
      await page.goto(address)
      await page.locator('.shell').waitFor()
      const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      expect({ address, overflow, problems }).toEqual({ address, overflow: 0, problems: [] })
    }
  })
}

test('every button, link and field has a name', async ({ page }) => {
  for (const panel of PANELS) {
    await open(page, { panel, state: 'normal' })
    for (const role of ['button', 'link', 'textbox', 'combobox', 'checkbox', 'switch', 'spinbutton'] as const) {
      const all = await page.getByRole(role).count()
      expect({ panel, role, named: await page.getByRole(role, { name: /\S/ }).count() }).toEqual({ panel, role, named: all })
    }
  }
})

test('while a critical worker is parked, every screen says so and offers its reset, and Workers names it', async ({ page }) => {
  for (const panel of PANELS) {
    await open(page, { panel, state: 'degraded' })
    const banner = page.getByRole('status').filter({ hasText: 'No runs are started.' })
    await expect(banner).toContainText('Store crashed too often')
    await expect(banner.getByRole('button', { name: 'Reset' })).toBeVisible()
  }
  await open(page, { panel: 'workers', state: 'degraded' })
  const list = page.getByRole('region', { name: 'Supervised' })
  await expect(list.getByRole('listitem').filter({ hasText: 'Store' })).toContainText(
    /critical.*parked.*next try in 0:\d\d.*5 restarts.*Last error/,
  )
  await expect(list.getByRole('button', { name: 'Reset Store' })).toBeVisible()
  await expect(list.getByRole('button', { name: 'Reset Executor pool' })).toHaveCount(0)
})

test('a worker process is switched to another build from its row', async ({ page }) => {
  await open(page, { panel: 'workers', state: 'normal' })
  const row = page.getByRole('region', { name: 'Supervised' }).getByRole('listitem').filter({ hasText: 'Worker desk' })
  await expect(row).toContainText(/running.*1 restart, 1\.4\.2/)
  await row.getByRole('button', { name: 'Switch Worker desk' }).click()
  const dialog = page.getByRole('dialog', { name: 'Run an operation' })
  await expect(dialog.getByRole('checkbox', { name: 'Worker desk' })).toBeChecked()
  await expect(dialog.getByRole('textbox', { name: 'Build folder' })).toBeFocused()
})

test.describe('the board', () => {
  test('has a region for each lane, with its cap, and what needs a person on top', async ({ page }) => {
    await open(page, { panel: 'board', state: 'normal' })
    const lane = page.getByRole('region', { name: 'Lane A' })
    await expect(lane.getByText('4 / 4')).toBeVisible()
    await expect(lane.getByRole('article').first()).toContainText('Move auth to sessions')
    await expect(lane.getByRole('article').first().getByRole('button', { name: 'Allow' })).toBeVisible()
  })

  test('draws only what is seen of ten thousand runs, and the last one can be scrolled to', async ({ page }) => {
    await open(page, { panel: 'board', state: 'ten-thousand' })
    const lane = page.getByRole('region', { name: 'Lane A' })
    await expect(lane.getByRole('article').first()).toBeVisible()
    expect(await page.locator('article').count()).toBeLessThan(150)
    const last = lane.getByRole('listitem').last()
    await expect(async () => {
      await page.evaluate(`document.querySelector('[aria-label="Lane A"] .vlist').scrollTo(0, 1e7)`)
      await expect(last).toHaveAttribute('aria-posinset', (await last.getAttribute('aria-setsize'))!, { timeout: 1_000 })
    }).toPass()
  })

  test('can be worked by keyboard: mark, move over lanes, open', async ({ page }) => {
    await open(page, { panel: 'board', state: 'normal' })
    const marked = page.locator('.card.marked')
    await page.keyboard.press('j')
    await expect(marked).toContainText('Move auth to sessions')
    await page.keyboard.press('j')
    await expect(marked).toContainText('Flaky test in checkout')
    await page.keyboard.press('l')
    await expect(marked).toContainText('Test matrix, node 24')
    await page.keyboard.press('Enter')
    await expect(page).toHaveURL(/#\/runs\/run0008$/)
  })

  test('moves a waiting run by its menu, and says so when that is refused', async ({ page }) => {
    await open(page, { panel: 'board', state: 'normal' })
    await page.getByRole('button', { name: 'Actions of Upgrade react-query' }).click()
    await page.getByRole('menuitem', { name: 'Lane C' }).click()
    await expect(page.getByRole('alert')).toContainText('Could not move the run')
  })

  test('takes a dragged waiting run, and no running one', async ({ page }) => {
    await open(page, { panel: 'board', state: 'normal' })
    const card = (title: string) => page.getByRole('article').filter({ hasText: title })
    await expect(card('Add CSV import')).toHaveAttribute('draggable', 'false')
    await card('Upgrade react-query').dragTo(page.getByRole('region', { name: 'Lane C' }))
    await expect(page.getByRole('alert')).toContainText('Could not move the run')
  })

  test('folds the activity panel in a narrow window and scrolls its lanes', async ({ page }) => {
    await page.setViewportSize({ width: 800, height: 600 })
    await open(page, { panel: 'board', state: 'normal' })
    await expect(page.getByRole('heading', { name: 'History' })).toBeHidden()
    await page.getByRole('button', { name: 'Show the activity panel' }).click()
    await expect(page.getByRole('heading', { name: 'History' })).toBeAttached()
    await page.getByRole('button', { name: 'Fold the activity panel' }).click()
    await page.getByRole('region', { name: 'Lane D' }).scrollIntoViewIfNeeded()
    await expect(page.getByRole('region', { name: 'Lane D' })).toBeInViewport({ ratio: 0.9 })
  })

  test('offers a project and the demo when there is nothing yet', async ({ page }) => {
    await open(page, { panel: 'board', state: 'empty' })
    await expect(page.getByRole('button', { name: 'Try the demo' })).toBeVisible()
    await page.getByRole('button', { name: 'Add a project' }).click()
    await expect(page.getByRole('heading', { name: 'Projects', exact: true })).toBeVisible()
  })

  test('shows one project only when one is chosen', async ({ page }) => {
    await open(page, { panel: 'board', state: 'normal' })
    await page.getByLabel('Project', { exact: true }).selectOption('api')
    await expect(page.getByRole('article')).toHaveCount(4)
  })

  test('stays still for those who want no motion', async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await open(page, { panel: 'board', state: 'normal' })
    expect(await page.evaluate('document.getAnimations().filter((one) => one.playState === "running").length')).toBe(0)
  })
})

test.describe('everywhere', () => {
  test('g and a letter go to a screen', async ({ page }) => {
    await open(page, { panel: 'board', state: 'normal' })
    await page.keyboard.press('g')
    await page.keyboard.press('i')
    await expect(page.getByRole('heading', { name: 'Inbox' })).toBeVisible()
  })

  test('letters that are typed into a field are no commands', async ({ page }) => {
    await open(page, { panel: 'projects', state: 'normal' })
    await page.getByLabel('Path of a git repository').fill('/home')
    await page.getByLabel('Path of a git repository').press('n')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  })

  test('the palette finds runs and screens and goes there', async ({ page }) => {
    await open(page, { panel: 'board', state: 'normal' })
    await page.keyboard.press('Control+k')
    await page.keyboard.type('csv')
    await page.keyboard.press('Enter')
    await expect(page).toHaveURL(/#\/runs\/run0002$/)
  })

  test('the help lists the keys and closes with Escape', async ({ page }) => {
    await open(page, { panel: 'board', state: 'normal' })
    await page.keyboard.press('?')
    await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  })

  test('what was on screen stays while the line is cut, and a banner says so', async ({ page }) => {
    await open(page, { panel: 'board', state: 'cut' })
    await expect(page.getByText('Connection lost.')).toBeVisible()
    await expect(page.getByText('Add CSV import').first()).toBeVisible()
  })
})

test('the inbox allows with A and asks for a word with R', async ({ page }) => {
  await open(page, { panel: 'inbox', state: 'normal' })
  await page.keyboard.press('r')
  await expect(page.getByRole('button', { name: 'Refuse and end the run' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.locator('body').press('a')
  await expect(page.getByRole('alert')).toContainText('Could not answer the permission')
})

test('what is out of time is given more of it, or killed after a second look in place', async ({ page }) => {
  await open(page, { panel: 'inbox', state: 'limits' })
  const first = page.getByRole('region', { name: /^Out of time: .*checkout page/ })
  // Oldest first: the checkout page has been out of time the longest, and the mark stands on it.
  await page.keyboard.press('k')
  await expect(first.getByRole('button', { name: 'Kill it' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(first.getByRole('button', { name: 'Kill', exact: false })).toBeFocused()
  await first.getByRole('button', { name: 'How much longer' }).click()
  await expect(page.getByRole('menuitem')).toHaveText(['5 minutes', '15 minutes', '60 minutes'])
  await page.keyboard.press('Escape')
  await page.keyboard.press('w')
  await expect(page.getByRole('alert')).toContainText('Could not give the run more time')
})

test('the board says how late a run is, and offers what can be done when its time is over', async ({ page }) => {
  await open(page, { panel: 'board', state: 'limits' })
  const card = (title: string) => page.getByRole('article').filter({ has: page.getByRole('link', { name: title }) })
  await expect(card('Flaky test in checkout')).toContainText('12 of 15 min')
  await expect(card('Move auth to sessions')).toContainText('The clock stands still')
  await expect(card('Fuzz the parser')).toContainText('killing…')
  await expect(card('Restart OpenCode')).toContainText(/\d:\d\d left · waits for desk to come back.*waits for target/)
  await expect(card('Bump CI images')).toContainText('killed')
  await expect(card('Deploy docs')).toContainText('given up: its lease was closed')
  const late = card('Port the billing tests')
  await late.getByRole('button', { name: 'Kill', exact: true }).click()
  await late.getByRole('button', { name: 'Kill it' }).click()
  await expect(page.getByRole('alert')).toContainText('Could not kill the run')
})

test('removing a worktree with work in it needs a consent of its own', async ({ page }) => {
  await open(page, { panel: 'projects', state: 'normal' })
  await page.getByRole('region', { name: 'Project web' }).getByRole('button', { name: 'Worktrees' }).click()
  await page.getByRole('button', { name: 'Remove' }).first().click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('button', { name: 'Remove' })).toBeDisabled()
  await dialog.getByRole('switch', { name: 'Discard uncommitted changes' }).click()
  await expect(dialog.getByRole('button', { name: 'Remove' })).toBeEnabled()
})

test('runs can be chosen and acted on together', async ({ page }) => {
  await open(page, { panel: 'runs', state: 'normal' })
  await page.getByRole('checkbox', { name: 'Choose Add CSV import' }).click()
  await page.getByRole('checkbox', { name: 'Choose Nightly link check' }).click({ modifiers: ['Shift'] })
  const bar = page.getByRole('toolbar', { name: 'Chosen runs' })
  await expect(bar).toContainText('9 runs chosen')
  await expect(bar.getByRole('button', { name: 'Retry 1' })).toBeVisible()
})

test('a setting out of range is said and not sent', async ({ page }) => {
  await open(page, { panel: 'settings', state: 'normal' })
  await page.getByLabel('In one project').fill('0')
  await page.getByLabel('In one project').press('Enter')
  await expect(page.getByRole('alert')).toHaveText('A whole number from 1 to 200.')
})
