import { AccessDeniedError } from './line.ts'

const SESSION = '/auth/session'

/**
 * Trades the token of the page's address for a cookie that no script can read.
 *
 * The host's link carries the token in its fragment, which a browser sends to nobody. It is taken out of the address (and the history) at once.
 */
export function createSession(): { signIn(): Promise<void>; confirm(): Promise<void>; takeToken(): boolean } {
  let token: string | null = null

  const answer = async (init?: RequestInit): Promise<void> => {
    const response = await fetch(SESSION, { ...init, credentials: 'same-origin', cache: 'no-store' })
    if (response.status === 401) throw new AccessDeniedError()
    if (!response.ok) throw new Error(`The host answered ${response.status}.`)
  }
  return {
    /** Looks for a token in the address; says whether there was one. */
    takeToken() {
      const found = new URLSearchParams(location.hash.slice(1)).get('token')
      if (!found) return false
      history.replaceState(history.state, '', location.pathname + location.search)
      token = found
      return true
    },
    /** Trades the token, when there is one. @throws AccessDeniedError when the host does not know it */
    async signIn() {
      if (token === null) return
      const body = JSON.stringify({ token })
      try {
        await answer({ method: 'POST', headers: { 'content-type': 'application/json' }, body })
        token = null
      } catch (error) {
        if (error instanceof AccessDeniedError) token = null
        throw error
      }
    },
    /** Asks whether the host knows this page: a refused WebSocket does not say why. @throws AccessDeniedError when not */
    confirm: () => answer(),
  }
}
export type Session = ReturnType<typeof createSession>
