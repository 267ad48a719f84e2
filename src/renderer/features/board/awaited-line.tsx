import type { RunSummary } from '../../../shared/models/index.ts'
import { TimeLeft } from '../../components/index.ts'

/** Whom a run waits for to come back, and how long it still does. */
export const AwaitedLine = ({ run }: { run: Pick<RunSummary, 'message' | 'reconnectDeadline'> }) => (
  <p className="card-line truncate" title="It ends when what it waits for has come back, or when that takes too long">
    {run.message || 'waits for it to come back'}
    {run.reconnectDeadline !== null && (
      <>
        , <TimeLeft at={run.reconnectDeadline} />
      </>
    )}
  </p>
)
