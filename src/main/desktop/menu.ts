import { app, Menu, type MenuItemConstructorOptions, shell } from 'electron'

/** The screens in the order of the navigation, with their paths in the page. */
const SCREENS = [
  ['Board', '/board'],
  ['Operations', '/operations'],
  ['Runs', '/runs'],
  ['Inbox', '/inbox'],
  ['Templates', '/templates'],
  ['Spec kit', '/spec-kit'],
  ['Projects', '/projects'],
  ['Workers', '/workers'],
  ['Settings', '/settings'],
] as const

/** What the menu can do to the app. */
export interface MenuActions {
  open(path: string): void
  newRun(): void
  readonly logsFolder: string
}

/** Sets the application menu: the usual roles of each system, a new run, and a way to every screen. */
export function setApplicationMenu(actions: MenuActions): void {
  const isMac = process.platform === 'darwin'
  const settings: MenuItemConstructorOptions = { label: 'Settings…', accelerator: 'CmdOrCtrl+,', click: () => actions.open('/settings') }
  const appMenu: MenuItemConstructorOptions = {
    label: app.getName(),
    submenu: [
      { role: 'about' },
      { type: 'separator' },
      settings,
      { type: 'separator' },
      { role: 'services' },
      { type: 'separator' },
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      { type: 'separator' },
      { role: 'quit' },
    ],
  }
  const file: MenuItemConstructorOptions = {
    label: 'File',
    submenu: [
      { label: 'New run', accelerator: 'CmdOrCtrl+N', click: () => actions.newRun() },
      { type: 'separator' },
      ...(isMac ? [] : [settings, { type: 'separator' } as const]),
      { role: 'close' },
      ...(isMac ? [] : [{ role: 'quit', accelerator: 'CmdOrCtrl+Q' } as const]),
    ],
  }
  const go: MenuItemConstructorOptions = {
    label: 'Go',
    submenu: SCREENS.map(([label, path], index) => ({ label, accelerator: `CmdOrCtrl+${index + 1}`, click: () => actions.open(path) })),
  }
  const help: MenuItemConstructorOptions = {
    role: 'help',
    submenu: [{ label: 'Show logs', click: () => void shell.openPath(actions.logsFolder) }],
  }
  const menus: MenuItemConstructorOptions[] = [file, { role: 'editMenu' }, { role: 'viewMenu' }, go, { role: 'windowMenu' }, help]
  Menu.setApplicationMenu(Menu.buildFromTemplate(isMac ? [appMenu, ...menus] : menus))
}
