import { describe } from 'vitest'
import { controlTests } from './store-suite/control.ts'
import { endingTests } from './store-suite/endings.ts'
import { feedTests } from './store-suite/feed.ts'
import { fencingTests } from './store-suite/fencing.ts'
import { createBench, type OpenSubject } from './store-suite/harness.ts'
import { killTests } from './store-suite/kills.ts'
import { queueTests } from './store-suite/queue.ts'
import { readTests } from './store-suite/reads.ts'
import { reconnectTests } from './store-suite/reconnects.ts'
import { recordTests } from './store-suite/records.ts'
import { timingTests } from './store-suite/timing.ts'

/**
 * What every store must do, whatever it is made of.
 *
 * @param open  makes an empty store of its own for each call
 */
export const storeSuite = (name: string, open: OpenSubject): void => {
  const parts = {
    queue: queueTests,
    endings: endingTests,
    fencing: fencingTests,
    control: controlTests,
    kills: killTests,
    timing: timingTests,
    reconnects: reconnectTests,
    records: recordTests,
    reads: readTests,
    feed: feedTests,
  }
  describe(name, () => {
    for (const [part, tests] of Object.entries(parts)) describe(part, () => tests(createBench(open)))
  })
}
