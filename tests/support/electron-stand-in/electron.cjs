// What `electron` is in the stand-in. Exports are named one by one: `import { app }` needs names it can see.
const { app } = require('./app.cjs')
const { MessageChannelMain, ipcMain } = require('./messages.cjs')
const surroundings = require('./surroundings.cjs')
const { BrowserWindow, webContents } = require('./window.cjs')

exports.app = app
exports.BrowserWindow = BrowserWindow
exports.webContents = webContents
exports.ipcMain = ipcMain
exports.MessageChannelMain = MessageChannelMain
exports.dialog = surroundings.dialog
exports.Menu = surroundings.Menu
exports.nativeImage = surroundings.nativeImage
exports.nativeTheme = surroundings.nativeTheme
exports.Notification = surroundings.Notification
exports.powerMonitor = surroundings.powerMonitor
exports.screen = surroundings.screen
exports.session = { defaultSession: surroundings.defaultSession }
exports.shell = surroundings.shell
exports.Tray = surroundings.Tray
