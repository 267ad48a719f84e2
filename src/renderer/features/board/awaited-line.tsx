import { TimeLeft } from '../../components/index.ts'
import { getClient, useQuery } from '../../stores/index.ts'

/** Whom a run waits for to come back, and how long it still does. Only the whole run tells, so it is asked for once. */
export function AwaitedLine({ runId }: { runId: string }) {
  const { data } = useQuery(`run ${runId}`, () => getClient().runs.get({ id: runId }))
  const awaited = data?.reconnect
  return (
    <p className="card-line truncate" title="It ends when what it waits for has come back, or when that takes too long">
      {awaited ? (
        <>
          for {awaited.workerId}, <TimeLeft at={awaited.deadline} />
        </>
      ) : (
        'for it to come back'
      )}
    </p>
  )
}
