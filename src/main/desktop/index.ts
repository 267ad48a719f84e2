export { startDesktop } from './app.ts'
