/** An item waits this long at most, in milliseconds, also in a hidden window, where no frames are drawn. */
const LONGEST_WAIT_MS = 200

export interface Batch<T> {
  readonly add: (item: T) => void
  /** Hands over what waits, now. */
  readonly flush: () => void
}

/** Collects items and hands them over together with the next frame, so that a burst costs one drawing. */
export function createBatch<T>(take: (items: readonly T[]) => void): Batch<T> {
  let waiting: T[] = []
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (frame) cancelAnimationFrame(frame)
    frame = 0
    const items = waiting
    waiting = []
    if (items.length > 0) take(items)
  }
  return {
    add(item) {
      waiting.push(item)
      if (timer !== undefined) return
      timer = setTimeout(flush, LONGEST_WAIT_MS)
      if (typeof requestAnimationFrame === 'function') frame = requestAnimationFrame(flush)
    },
    flush,
  }
}
