/**
 * Opens a stream of the core for one caller and ties their lives together.
 *
 * The signal given to `open` aborts as soon as the caller's does, and when the caller closes the stream, also while a pull is under way; the stream
 * then ends at once, even when the source is slow to hear. One value is pulled at a time, and none before the caller asks: a door that waits
 * for its reader thereby holds the source back.
 */
export function openStream<T>(
  caller: AbortSignal | undefined,
  open: (signal: AbortSignal) => AsyncIterable<T>,
): AsyncGenerator<T, void, void> {
  const owner = new AbortController()
  const source = open(owner.signal)[Symbol.asyncIterator]()
  let wake: (() => void) | null = null
  let turn: Promise<unknown> = Promise.resolve()

  const end = (): void => {
    if (owner.signal.aborted) return
    caller?.removeEventListener('abort', end)
    owner.abort()
    wake?.()
    // Not awaited: a generator that is busy answers only when its own wait is over, and nobody waits for a stream that is gone.
    Promise.resolve(source.return?.()).catch(() => {})
  }
  const pull = async (): Promise<IteratorResult<T, void>> => {
    if (caller?.aborted) end()
    if (owner.signal.aborted) return { done: true, value: undefined }
    const ended = new Promise<null>((resolve) => {
      wake = () => resolve(null)
    })
    try {
      const result = await Promise.race([source.next(), ended])
      if (result !== null && !result.done) return { done: false, value: result.value }
    } catch (error) {
      // What a source throws because it was told to stop is no failure.
      if (!owner.signal.aborted) {
        end()
        throw error
      }
    } finally {
      wake = null
    }
    end()
    return { done: true, value: undefined }
  }

  caller?.addEventListener('abort', end, { once: true })
  const stream: AsyncGenerator<T, void, void> = {
    next() {
      const result = turn.then(pull)
      turn = result.catch(() => {})
      return result
    },
    async return() {
      end()
      return { done: true, value: undefined }
    },
    async throw(error) {
      end()
      throw error
    },
    async [Symbol.asyncDispose]() {
      end()
    },
    [Symbol.asyncIterator]() {
      return stream
    },
  }
  return stream
}
