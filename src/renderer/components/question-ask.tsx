import { useId, useState } from 'react'
import type { InboxItem } from '../../shared/models/index.ts'
import './ask.css'
import { Button } from './button.tsx'
import { Input } from './field.tsx'

type Question = InboxItem['questions'][number]

export interface QuestionAskProps {
  readonly item: Pick<InboxItem, 'id' | 'title' | 'questions'>
  /** One list of answers for each question, in order; null declines them all. */
  readonly onReply: (answers: string[][] | null) => void
  readonly busy?: boolean
}

interface Draft {
  readonly chosen: readonly string[]
  readonly own: string
}

const answersOf = (draft: Draft): string[] => [...draft.chosen, ...(draft.own.trim() === '' ? [] : [draft.own.trim()])]

/** One question with its choices and a line for an answer of one's own. Where one answer is enough, typing takes the choice away. */
function OneQuestion({
  question,
  draft,
  onChange,
  onEnter,
}: {
  question: Question
  draft: Draft
  onChange: (draft: Draft) => void
  onEnter: () => void
}) {
  const name = useId()
  const toggle = (label: string, on: boolean) => {
    if (!question.multiple) onChange({ chosen: on ? [label] : [], own: '' })
    else onChange({ ...draft, chosen: on ? [...draft.chosen, label] : draft.chosen.filter((other) => other !== label) })
  }
  return (
    <fieldset className="ask-question">
      <legend>{question.question}</legend>
      {question.options.map((option) => (
        <label key={option.label} className="ask-option">
          <input
            type={question.multiple ? 'checkbox' : 'radio'}
            name={name}
            checked={draft.chosen.includes(option.label)}
            onChange={(event) => toggle(option.label, event.currentTarget.checked)}
          />
          <span>
            {option.label}
            {option.description && <small>{option.description}</small>}
          </span>
        </label>
      ))}
      <Input
        value={draft.own}
        aria-label={`Your own answer: ${question.question}`}
        placeholder={question.options.length > 0 ? 'Or in your own words' : 'Your answer'}
        onChange={(event) => onChange({ chosen: question.multiple ? draft.chosen : [], own: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.nativeEvent.isComposing) onEnter()
        }}
      />
    </fieldset>
  )
}

/** Asks a person what an agent wants to know. */
export function QuestionAsk({ item, onReply, busy }: QuestionAskProps) {
  const [drafts, setDrafts] = useState<readonly Draft[]>(() => item.questions.map(() => ({ chosen: [], own: '' })))
  const answers = drafts.map(answersOf)
  const isComplete = answers.every((answer) => answer.length > 0)
  const send = () => {
    if (isComplete && !busy) onReply(answers)
  }
  return (
    <section className="ask" aria-label={`Question: ${item.title}`}>
      {item.questions.map((question, index) => (
        <OneQuestion
          // biome-ignore lint/suspicious/noArrayIndexKey: questions come once and keep their places
          key={index}
          question={question}
          draft={drafts[index]!}
          onChange={(draft) => setDrafts((all) => all.with(index, draft))}
          onEnter={send}
        />
      ))}
      {item.questions.length === 0 && <div className="ask-what">{item.title}</div>}
      <div className="ask-buttons">
        <Button variant="primary" disabled={!isComplete || item.questions.length === 0} busy={busy} onClick={send}>
          Answer
        </Button>
        <Button variant="danger" disabled={busy} onClick={() => onReply(null)}>
          Decline to answer
        </Button>
      </div>
    </section>
  )
}
