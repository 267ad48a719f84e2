import type { Json, LivePart, RunEvent } from '../../../../src/shared/models/index.ts'

/** Builds stored events with rising `seq`, all of one attempt unless told otherwise. */
export const eventMaker = (): ((kind: string, fields?: Partial<RunEvent> & { data?: Json }) => RunEvent) => {
  let seq = 0
  return (kind, fields = {}) => {
    seq += 1
    return { seq, at: 1_000 + seq, attemptId: 'att1', step: 0, kind, level: 'info', message: '', data: null, ...fields }
  }
}

export const livePart = (partId: string, fields: Partial<LivePart> = {}): LivePart => ({
  partId,
  messageId: 'msg1',
  type: 'text',
  text: '',
  startedAt: 1_000,
  ...fields,
})
