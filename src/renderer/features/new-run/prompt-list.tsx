import { CircleAlert } from 'lucide-react'
import { classes } from '../../components/index.ts'
import { plural } from '../../format/index.ts'
import { titleOf } from './split-prompts.ts'

/** Titles shown at most; the rest is counted. */
const MOST = 60

/** The runs that a text makes, by title, with what kept some of them back. One run that did not fail needs no list. */
export function PromptList({
  prompts,
  failures,
  shell,
}: {
  prompts: readonly string[]
  failures: ReadonlyMap<string, string>
  shell: boolean
}) {
  const failed = prompts.filter((prompt) => failures.has(prompt)).length
  if (prompts.length < 2 && failed === 0) return null
  return (
    <div className="new-run-list">
      {failed > 0 && (
        <p role="alert" className="new-run-failed">
          <CircleAlert />{' '}
          {failed === prompts.length
            ? `${plural(failed, 'run')} could not be queued.`
            : `${failed} could not be queued, the others were not tried.`}
        </p>
      )}
      <ol aria-label="Runs that will be queued">
        {prompts.slice(0, MOST).map((prompt, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two prompts may be the same
          <li key={index} className={classes(failures.has(prompt) && 'failed')}>
            <span className={classes('truncate', shell && 'mono')} title={prompt.slice(0, 600)}>
              {titleOf(prompt)}
            </span>
            {failures.get(prompt) && <small>{failures.get(prompt)}</small>}
          </li>
        ))}
      </ol>
      {prompts.length > MOST && <p className="faint">and {prompts.length - MOST} more</p>}
    </div>
  )
}
