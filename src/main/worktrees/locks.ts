/** Runs `work` when it may, and passes its ending on. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>

/** Lets at most `places` pieces of work run at once; the others wait in order. Must not be entered again from inside. */
export function createSemaphore(places: number): Gate {
  const waiting: (() => void)[] = []
  let free = places
  return async (work) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      // The place goes straight to the next in line: nobody who comes just now can jump the queue.
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}

/** One piece of work at a time for each key, in order of asking. Must not be entered again with the same key from inside. */
export function createKeyedLock(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>()
  return async (key, work) => {
    const turn = (tails.get(key) ?? Promise.resolve()).then(work, work)
    const tail = turn.then(
      () => {},
      () => {},
    )
    tails.set(key, tail)
    try {
      return await turn
    } finally {
      if (tails.get(key) === tail) tails.delete(key)
    }
  }
}
