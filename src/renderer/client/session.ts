import { AccessDeniedError } from './line.ts'

const SESSION = '/auth/session'

/**
 * Trades the token of the page's address for a cookie that no script can read.
 *
 * The host's link carries the token in its fragment, which a browser sends to nobody. It is taken out of the address (and the history) at once.
 */
export function createSession(): { takeToken(): boolean; signIn(): Promise<void> } {
  let token: string | null = null

  const ask = async (init: RequestInit): Promise<boolean> => {
    const response = await fetch(SESSION, { ...init, credentials: 'same-origin', cache: 'no-store' })
    if (response.status === 401 || response.status === 403) return false
    if (!response.ok) throw new Error(`The host answered ${response.status}.`)
    const { signedIn }: { signedIn?: unknown } = await response.json()
    return signedIn === true
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
    /** Trades the token, or asks whether an earlier one still holds. @throws AccessDeniedError when the host does not know this page */
    async signIn() {
      const traded = token
      const trade = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token: traded }) }
      const isKnown = await ask(traded === null ? {} : trade)
      // Kept until the host has answered, so that one that is only starting is asked again; and one that came meanwhile is kept for the next time.
      if (token === traded) token = null
      if (!isKnown) throw new AccessDeniedError()
    },
  }
}
export type Session = ReturnType<typeof createSession>
