/**
 * The idempotency key of one opened dialog.
 *
 * One key as long as the dialog asks for the same, so that a second press, or one more try after an answer that was lost, finds what the first one
 * made. Only what was changed after such a lost answer gets another: under the old key the host may have something else.
 */
export function createRequestKeys(makeKey: () => string) {
  let key = makeKey()
  let unclear: string | null = null
  return {
    /** The key to send a request with. */
    for(request: object): string {
      const content = JSON.stringify(request)
      if (unclear !== null && unclear !== content) {
        key = makeKey()
        unclear = null
      }
      return key
    },
    /** Notes that nobody knows whether the host has stored this request. */
    lost(request: object): void {
      unclear = JSON.stringify(request)
    },
  }
}
