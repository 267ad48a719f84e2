import { test } from 'vitest'

/** What plays a failed round again: `TEST_SEED=<the seed it printed>`. */
export const seed = Number(process.env.TEST_SEED ?? Date.now() % 2 ** 31)

/** How many random sequences each property test plays. `TEST_SEQUENCES=10000` is for a long look. */
const numRuns = Number(process.env.TEST_SEQUENCES ?? 500)

/**
 * A property test: something that holds in every random sequence. Its name carries their number and the seed, which is also printed when it holds.
 *
 * @param play  hands both to `fc.assert`, which says which sequence failed
 * @param msEach  how long one sequence may take on a slow machine
 */
export function property(what: string, play: (parameters: { seed: number; numRuns: number }) => Promise<void>, msEach = 200): void {
  const title = `${what}, in ${numRuns} random sequences (seed ${seed})`
  test(
    title,
    async () => {
      process.stdout.write(`${title}\n`)
      await play({ seed, numRuns })
    },
    60_000 + numRuns * msEach,
  )
}
