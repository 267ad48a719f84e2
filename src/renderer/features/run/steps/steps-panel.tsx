import { Fragment } from 'react'
import type { Run, RunAttempt, RunStep } from '../../../../shared/models/index.ts'
import { Duration, EmptyState, ErrorState, RelativeTime, Skeleton, StatusDot, Tag, type Tone } from '../../../components/index.ts'
import { formatDuration, formatTimestamp, howWords, opWord, outcomeWords } from '../../../format/index.ts'
import type { Loadable } from '../data/loadable.ts'
import { textField } from '../feed/event-data.ts'
import './steps.css'

const TONES: Record<RunStep['status'], Tone> = { pending: 'idle', running: 'run', succeeded: 'ok', failed: 'fail', cancelled: 'idle' }
const WORDS: Record<RunStep['status'], string> = {
  pending: 'waits',
  running: 'running',
  succeeded: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
}

/** Parameters that say what a step is about, the most telling one first. */
const SUBJECTS = ['command', 'prompt', 'url', 'message', 'worktreeId', 'runId', 'base']

/** What a step is given, in one line. */
const subjectOf = (step: RunStep): string =>
  SUBJECTS.map((field) => textField(step.params, field)).find((text) => text !== undefined && text !== '') ?? ''

function Limit({ step }: { step: RunStep }) {
  const hardMs = step.timeoutAt !== null && step.timedFrom !== null ? step.timeoutAt - step.timedFrom : (step.timeouts?.hardMs ?? null)
  if (hardMs === null) return null
  const late = step.timeoutStatus !== 'normal'
  return (
    <span className={late ? 'steps-late' : 'faint'} title={step.timeoutAt === null ? undefined : `ends ${formatTimestamp(step.timeoutAt)}`}>
      {step.timeoutStatus === 'timed_out' ? 'over its limit of ' : step.timeoutStatus === 'warning' ? 'slow, limit ' : 'limit '}
      <span className="num">{formatDuration(hardMs)}</span>
    </span>
  )
}

function Step({ step }: { step: RunStep }) {
  const subject = subjectOf(step)
  return (
    <li className="step">
      <span className="step-mark">
        <StatusDot tone={TONES[step.status]} />
      </span>
      <div className="step-head">
        <b>{step.name === '' || step.name === step.op ? opWord(step.op) : step.name}</b>
        {step.name !== step.op && step.name !== '' && <span className="faint">{opWord(step.op)}</span>}
        <Tag tone={TONES[step.status]}>
          {step.outcome !== null && step.status !== 'succeeded' ? outcomeWords(step.outcome) : WORDS[step.status]}
        </Tag>
        {step.continueOnError && <span className="faint">goes on after an error</span>}
        <span className="step-times">
          {step.pausedAt !== null && <span className="steps-late">its clock stands still</span>}
          <Limit step={step} />
          {step.startedAt !== null && <Duration from={step.startedAt} to={step.endedAt} />}
        </span>
      </div>
      {subject !== '' && <p className="mono step-subject">{subject}</p>}
      {step.error && (
        <p className="step-error">
          <span className="mono">{step.error.code}</span> {step.error.message}
        </p>
      )}
    </li>
  )
}

const ATTEMPT_TONES = (attempt: RunAttempt): Tone =>
  attempt.endedAt === null
    ? 'run'
    : attempt.outcome === 'success'
      ? 'ok'
      : attempt.outcome === 'cancelled' || attempt.outcome === 'killed' || attempt.outcome === 'interrupted'
        ? 'idle'
        : 'fail'

const Attempts = ({ attempts }: { attempts: readonly RunAttempt[] }) => (
  <div className="attempts">
    <table>
      <thead>
        <tr>
          <th scope="col">Attempt</th>
          <th scope="col">Outcome</th>
          <th scope="col">Started</th>
          <th scope="col">Took</th>
          <th scope="col">Worker</th>
        </tr>
      </thead>
      <tbody>
        {attempts.map((attempt) => (
          <Fragment key={attempt.id}>
            <tr>
              <td className="num">{attempt.n}</td>
              <td>
                <Tag tone={ATTEMPT_TONES(attempt)}>{attempt.outcome === null ? 'running' : outcomeWords(attempt.outcome)}</Tag>
                {attempt.how !== null && <span className="attempt-how faint">{howWords(attempt.how)}</span>}
              </td>
              <td>
                <RelativeTime at={attempt.startedAt} />
              </td>
              <td title={attempt.endedAt === null ? undefined : `ended ${formatTimestamp(attempt.endedAt)}`}>
                <Duration from={attempt.startedAt} to={attempt.endedAt} />
              </td>
              <td className="mono truncate" title={`process ${attempt.instanceId}`}>
                {attempt.workerId}
              </td>
            </tr>
            {attempt.error && (
              <tr className="attempt-error">
                <td />
                <td colSpan={4}>
                  <span className="mono">{attempt.error.code}</span> {attempt.error.message}
                </td>
              </tr>
            )}
          </Fragment>
        ))}
      </tbody>
    </table>
  </div>
)

export interface StepsPanelProps {
  readonly run: Run
  readonly attempts: Loadable<readonly RunAttempt[]>
  readonly onRetryLoading: () => void
}

/** What the run consists of, how far it is, and each try at it. */
export function StepsPanel({ run, attempts, onRetryLoading }: StepsPanelProps) {
  return (
    <div className="steps">
      <h2>{run.steps.length === 1 ? 'One step' : `${run.steps.length} steps`}</h2>
      <ol className="steps-list">
        {run.steps.map((step) => (
          <Step key={step.index} step={step} />
        ))}
      </ol>
      <h2>Attempts</h2>
      {attempts.value === null ? (
        attempts.state === 'failed' ? (
          <ErrorState compact title="The attempts could not be read" message={attempts.error ?? ''} onRetry={onRetryLoading} />
        ) : (
          <Skeleton rows={2} height={28} label="Loading attempts" />
        )
      ) : attempts.value.length === 0 ? (
        <EmptyState compact title="Not tried yet">
          Each try at this run is listed here, with its worker and how it ended.
        </EmptyState>
      ) : (
        <Attempts attempts={attempts.value} />
      )}
    </div>
  )
}
