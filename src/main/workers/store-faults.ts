/** Tells a store that cannot be reached just now, which is watched and started again by itself, from a fault of whoever asked it. */
export const isStoreUnavailable = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'STORE_UNAVAILABLE'
