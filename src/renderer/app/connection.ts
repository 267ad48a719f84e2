let retry: () => void = () => {}

/** Tells the banner's button how to try again at once. Called by whoever started the synchronisation. */
export function onRetryConnection(act: () => void): void {
  retry = act
}

/** Tries to reconnect now instead of after the pause. */
export const retryConnection = (): void => retry()
