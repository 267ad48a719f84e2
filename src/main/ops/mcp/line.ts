import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { RunError } from '../../../shared/models/index.ts'

/** A line to an MCP server: what the SDK's client talks over, and what the SDK leaves to others. */
export interface Line {
  readonly transport: Transport
  /**
   * Waits for one request, but not for an answer that can no longer come.
   *
   * @param request  starts it; what it is given is for the server's sign that it can resume the answer
   */
  guard<T>(request: (onResumable: () => void) => Promise<T>): Promise<T>
  /** What an error of this line was, in words for a person; null for one that is not the line's. */
  explain(error: unknown): Promise<RunError | null>
  /** Ends the line and all that it started; `stopped` when there is no time for manners. Never rejects. */
  close(stopped: boolean): Promise<void>
}

/** An error of a line that is known already. */
export class LineError extends Error {
  readonly reason: RunError

  constructor(reason: RunError) {
    super(reason.message)
    this.name = 'LineError'
    this.reason = reason
  }
}
