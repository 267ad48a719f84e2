import type { ClientContext, ClientLink } from '@orpc/client'

/** One open line to the core: a message port or a WebSocket. */
export interface Line {
  readonly link: ClientLink<ClientContext>
  /** Resolves when the line is gone, from either end. */
  readonly closed: Promise<void>
  close(): void
}

/** A call could not be made or its answer did not come, because there was no line. Whether the host acted on it is not known. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError'

  constructor(cause?: unknown) {
    super('There is no connection to the host; this works again when it is back.', { cause })
  }
}

/** The host does not accept this page: its token is missing, wrong or of an earlier start. */
export class AccessDeniedError extends Error {
  override readonly name = 'AccessDeniedError'

  constructor() {
    super('This page has no access to the host; open the link that "controlroom serve" printed.')
  }
}
