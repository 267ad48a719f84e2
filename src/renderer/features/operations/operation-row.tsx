import { memo } from 'react'
import { Link } from 'wouter'
import type { Operation, RunSummary } from '../../../shared/models/index.ts'
import { classes, Duration, LateTag, ProgressBar, RelativeTime, RunClock, StatusDot, TimeLeft } from '../../components/index.ts'
import { endedWords, isLate, operationTone, opWord, runWord, stoppingWords } from '../../format/index.ts'
import { useLive } from '../../stores/index.ts'
import { Cancel, Failed, OutOfTime } from './operation-actions.tsx'
import './operation-row.css'

/** One operation: at work or failed with progress and actions, in history as a single line. Subscribes to itself. */
export const OperationRow = memo(function OperationRow({ id, wide }: { id: string; wide?: boolean }) {
  const operation = useLive((s) => s.operations.get(id))
  if (!operation) return null
  return operation.inHistory ? <Past operation={operation} wide={wide} /> : <Present operation={operation} wide={wide} />
})

interface RowProps {
  readonly operation: Operation
  readonly wide?: boolean | undefined
}

function Present({ operation, wide }: RowProps) {
  const failed = operation.state === 'failed'
  const run = useRunOf(operation)
  const stopping = run ? stoppingWords(run) : null
  const waits = Boolean(run?.attention) && !failed && stopping === null
  const late = run !== undefined && isLate(run) && !failed
  const deadline = run?.status === 'awaiting_reconnect' ? run.reconnectDeadline : null
  const text = stopping ?? (failed ? (operation.error?.message ?? operation.message) : operation.message)
  return (
    <div className={classes('op', operation.state, wide && 'wide')}>
      <div className="op-line">
        <StatusDot
          tone={waits ? 'need' : stopping ? 'idle' : operationTone(operation)}
          label={waits ? 'needs you' : run && !failed ? runWord(run) : operation.state}
        />
        <Name operation={operation} />
        {late && <LateTag run={run} />}
        {wide && <Kind operation={operation} run={run} />}
        <span className="op-time">
          {run && !failed ? <RunClock run={run} /> : <Duration from={operation.startedAt} to={operation.endedAt} />}
        </span>
      </div>
      <ProgressBar
        value={failed ? 1 : operation.progress}
        tone={failed ? 'fail' : waits || late ? 'need' : stopping ? 'idle' : 'run'}
        label={`Progress of ${operation.name}`}
      />
      <div className="op-foot">
        <p className={wide ? undefined : 'clamp-2'} title={text}>
          {deadline === null ? (
            text
          ) : (
            <>
              {text || 'waits for its target to come back'}, <TimeLeft at={deadline} />
            </>
          )}
        </p>
        {failed ? (
          <Failed operation={operation} />
        ) : run?.attention === 'timeout' && !stopping ? (
          <OutOfTime runId={run.id} />
        ) : (
          <Cancel operation={operation} run={run} />
        )}
      </div>
    </div>
  )
}

function Past({ operation, wide }: RowProps) {
  const run = useRunOf(operation)
  return (
    <div className={classes('op past', wide && 'wide')}>
      <div className="op-line">
        <StatusDot tone={operation.state === 'failed' ? 'fail' : operationTone(operation)} label={operation.state} />
        <Name operation={operation} />
        {wide && <Kind operation={operation} run={run} />}
        {operation.state !== 'completed' && <Ended operation={operation} run={run} wide={wide} />}
        {wide && operation.endedAt !== null && (
          <span className="op-when num">
            <RelativeTime at={operation.endedAt} />
          </span>
        )}
        {(wide || operation.state === 'completed') && (
          <span className="op-time">
            <Duration from={operation.startedAt} to={operation.endedAt} />
          </span>
        )}
      </div>
    </div>
  )
}

/** The run that an operation is of, as long as the live view has it. */
const useRunOf = ({ runId }: Operation): RunSummary | undefined => useLive((s) => (runId === null ? undefined : s.runs.get(runId)))

/** What kind of work it is: of a run its op, which says more than that it is one. */
const Kind = ({ operation, run }: { operation: Operation; run: RunSummary | undefined }) => {
  const word = run ? opWord(run.op) : operation.category
  return operation.name.toLowerCase().startsWith(word.toLowerCase()) ? null : <span className="op-category">{word}</span>
}

/** Why it ended, where that is not plain success; in a narrow row in a word, the rest by hovering. */
function Ended({ operation, run, wide }: { operation: Operation; run: RunSummary | undefined; wide: boolean | undefined }) {
  const word = run ? runWord(run) : operation.state
  const how = run ? endedWords(run) : null
  return (
    <span className="op-word truncate" title={how ?? operation.error?.message}>
      {how === null ? word : wide ? `${word}, ${how}` : how.split(':')[0]}
    </span>
  )
}

/** The name leads to the run, where there is one. */
const Name = ({ operation }: RowProps) =>
  operation.runId ? (
    <Link href={`/runs/${operation.runId}`} className="op-name truncate" title={operation.name}>
      {operation.name}
    </Link>
  ) : (
    <span className="op-name truncate" title={operation.name}>
      {operation.name}
    </span>
  )
