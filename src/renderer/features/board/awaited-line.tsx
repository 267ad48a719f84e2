import type { RunSummary } from '../../../shared/models/index.ts'
import { TimeLeft } from '../../components/index.ts'

/** How long a run still waits, which is never cut, and whom it waits for. */
export const AwaitedLine = ({ run }: { run: Pick<RunSummary, 'message' | 'reconnectDeadline'> }) => (
  <p className="card-line truncate" title="It ends when what it waits for has come back, or when that takes too long">
    {run.reconnectDeadline !== null && (
      <>
        <TimeLeft at={run.reconnectDeadline} /> ·{' '}
      </>
    )}
    {run.message || 'waits for it to come back'}
  </p>
)
