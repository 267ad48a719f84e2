/** The headless room: the Node host. It serves the page, the WebSocket and the HTTP API, and ends on signals. */
export { type CreateCore, type HeadlessHost, type HeadlessHostOptions, startHeadlessHost } from './host.ts'
export { InstanceRecord, readInstance } from './instance-file.ts'
export { isPageBuilt, pageFolder } from './page-files.ts'
export { openSettings } from './settings.ts'
export { endOnSignal } from './signals.ts'
