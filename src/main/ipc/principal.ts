import { AppError } from '../../shared/models/index.ts'

/** Who calls: the person at the screen or a script of theirs (`operator`), or a process that executes runs (`worker`). */
export interface Principal {
  readonly role: 'operator' | 'worker'
}

/** The context of every call. `principal` is null for a caller that showed no token. */
export interface CallContext {
  readonly principal: Principal | null
}

/** The context of a door that only the host itself can open: the desktop's message port, calls in memory. */
export const OPERATOR: CallContext = { principal: { role: 'operator' } }

const PUBLIC_CALLS: ReadonlySet<string> = new Set(['host.health'])
const WORKER_CALLS: ReadonlySet<string> = new Set(['runs.claim', 'runs.heartbeat', 'runs.complete', 'runs.release', 'events.append'])

/**
 * Decides whether a caller may make a call, by its name in the contract (`runs.claim`).
 *
 * @throws AppError UNAUTHORIZED without a token, FORBIDDEN when a worker asks for what only an operator may do
 */
export function authorize(principal: Principal | null, call: string): void {
  if (PUBLIC_CALLS.has(call)) return
  if (principal === null) throw new AppError('UNAUTHORIZED', 'Send the access token of this host as "Authorization: Bearer <token>".')
  if (principal.role === 'worker' && !WORKER_CALLS.has(call)) {
    throw new AppError('FORBIDDEN', `A worker token may not call ${call}; use an operator token.`)
  }
}
