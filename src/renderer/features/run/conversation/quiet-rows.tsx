import { useCallback } from 'react'
import { AnsiText } from '../../../components/ansi-text.tsx'
import { Button, classes, StatusDot, useNow } from '../../../components/index.ts'
import { formatCount, formatDuration, opWord, plural } from '../../../format/index.ts'
import { attemptWords } from '../data/words.ts'
import type { AskItem, AttemptItem, FilesItem, NoteItem, OutputItem, RetryItem, StepItem } from '../feed/conversation-items.ts'
import { textField } from '../feed/event-data.ts'
import { useScene } from './context.ts'
import './quiet-rows.css'

const FILES_SHOWN = 6

/** Files that changed, by name. */
export const FilesRow = ({ item }: { item: FilesItem }) => (
  <p className="talk-note" title={item.files.join('\n')}>
    changed{' '}
    <span className="mono">
      {item.files.slice(0, FILES_SHOWN).join('  ')}
      {item.files.length > FILES_SHOWN && `  and ${item.files.length - FILES_SHOWN} more`}
    </span>
  </p>
)

/** Where an attempt begins. */
export function AttemptRow({ item }: { item: AttemptItem }) {
  const { run } = useScene()
  const words = item.resumed ? 'continued' : attemptWords(run, item.n) || `attempt ${item.n}`
  return (
    <div className="talk-separator">
      <span>
        {words}, same {run.worktreeId ? 'worktree' : 'folder'}
      </span>
    </div>
  )
}

/** Where a step begins. */
export function StepRow({ item }: { item: StepItem }) {
  const { run } = useScene()
  const step = run.steps[item.step]
  return (
    <div className="talk-separator">
      <span>
        step {item.step + 1} of {Math.max(run.steps.length, item.step + 1)}
        {step && ` · ${step.name && step.name !== step.op ? step.name : opWord(step.op)}`}
      </span>
    </div>
  )
}

/** Something the run says about itself. */
export const NoteRow = ({ item }: { item: NoteItem }) => (
  <p className={classes('talk-note', item.level === 'error' && 'failed', item.level === 'warn' && 'warned')}>{item.text}</p>
)

/** The end of a command's output. */
export function OutputRow({ item }: { item: OutputItem }) {
  const { actions, run } = useScene()
  const command = item.step === null ? undefined : textField(run.steps[item.step]?.params, 'command')
  return (
    <div className="talk-out">
      <pre className="talk-pre">
        {command !== undefined && (
          <span className="talk-command">
            <b aria-hidden="true">$</b> {command}
            {'\n'}
          </span>
        )}
        {item.total > item.lines.length && (
          <span className="faint">{`… ${formatCount(item.total - item.lines.length)} lines before\n`}</span>
        )}
        {item.lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the last lines of an output have nothing but their place
          <span key={index}>
            <AnsiText text={line} />
            {'\n'}
          </span>
        ))}
      </pre>
      {item.total > item.lines.length && (
        <Button size="s" variant="quiet" onClick={actions.openLog}>
          All {formatCount(item.total)} lines in the log
        </Button>
      )}
    </div>
  )
}

const ANSWERS: Record<string, string> = { once: 'allowed once', always: 'allowed for this run', reject: 'refused' }

/** A permission or question that waits no longer. */
export const AskedRow = ({ item }: { item: AskItem }) => (
  <p className="talk-note">
    {item.type === 'permission' ? 'asked to use ' : 'asked '}
    <span className="mono">{item.title}</span>
    {item.answer !== null && (
      <>
        {': '}
        <b className={item.answer === 'reject' ? undefined : 'talk-yes'}>
          {item.type === 'question' && item.answer === 'reject' ? 'declined' : (ANSWERS[item.answer] ?? item.answer)}
        </b>
        {item.text && `, “${item.text}”`}
      </>
    )}
  </p>
)

const countdown = (nextAt: number | null, now: number): string => {
  if (nextAt === null) return 'tried again soon'
  const left = nextAt - now
  return left > 0 ? `tried again in ${formatDuration(left)}` : 'trying again now'
}

/** The provider failed and is tried again. */
export function RetryRow({ item }: { item: RetryItem }) {
  const words = useNow(useCallback((now: number) => (item.over ? '' : countdown(item.nextAt, now)), [item]))
  if (item.over)
    return (
      <p className="talk-note warned">
        the provider failed ({plural(item.attempt, 'time')}) and was tried again: {item.message}
      </p>
    )
  return (
    <div className="talk-retry" role="status">
      <StatusDot tone="need" />
      <span>
        <b>The provider failed, {words}</b> <span className="faint">try {item.attempt}</span>
        <span className="talk-retry-why">{item.message}</span>
      </span>
    </div>
  )
}
