import { useState } from 'react'
import type { InboxItem } from '../../../shared/models/index.ts'
import { Button, Input } from '../../components/index.ts'
import { replyQuestion, usePending } from '../../stores/index.ts'

type Question = InboxItem['questions'][number]

interface Draft {
  readonly picked: readonly string[]
  readonly own: string
}

const answerOf = ({ picked, own }: Draft): string[] => (own.trim() ? [...picked, own.trim()] : [...picked])

/** The agent's questions with their options, and room for an answer of one's own. */
export function AnswerQuestions({ item }: { item: InboxItem }) {
  const [drafts, setDrafts] = useState<readonly Draft[]>(() => item.questions.map(() => ({ picked: [], own: '' })))
  const busy = usePending(`inbox.reply:${item.id}`)
  const answers = drafts.map(answerOf)
  const set = (index: number, draft: Draft) => setDrafts(drafts.map((old, at) => (at === index ? draft : old)))
  return (
    <form
      className="ask-form"
      onSubmit={(event) => {
        event.preventDefault()
        void replyQuestion(item, answers)
      }}
    >
      {item.questions.map((question, index) => (
        <QuestionField
          key={question.question}
          name={`${item.id}-${index}`}
          question={question}
          draft={drafts[index]!}
          onChange={(draft) => set(index, draft)}
        />
      ))}
      <div className="ask-actions">
        <Button type="submit" variant="primary" busy={busy} disabled={answers.some((answer) => answer.length === 0)}>
          Answer
        </Button>
        <Button variant="quiet" busy={busy} onClick={() => replyQuestion(item, null)}>
          Decline
        </Button>
      </div>
    </form>
  )
}

interface QuestionFieldProps {
  readonly name: string
  readonly question: Question
  readonly draft: Draft
  readonly onChange: (draft: Draft) => void
}

function QuestionField({ name, question, draft, onChange }: QuestionFieldProps) {
  const pick = (label: string) => {
    if (!question.multiple) return onChange({ picked: [label], own: '' })
    const picked = draft.picked.includes(label) ? draft.picked.filter((one) => one !== label) : [...draft.picked, label]
    onChange({ ...draft, picked })
  }
  return (
    <fieldset className="ask-question">
      <legend>{question.question}</legend>
      {question.options.map((option) => (
        <label key={option.label} className="ask-option">
          <input
            type={question.multiple ? 'checkbox' : 'radio'}
            name={name}
            checked={draft.picked.includes(option.label)}
            onChange={() => pick(option.label)}
          />
          {option.label}
          {option.description && <small>{option.description}</small>}
        </label>
      ))}
      <Input
        value={draft.own}
        aria-label={`Own answer to: ${question.question}`}
        placeholder="Own answer"
        onChange={(event) => onChange({ picked: question.multiple ? draft.picked : [], own: event.currentTarget.value })}
      />
    </fieldset>
  )
}
