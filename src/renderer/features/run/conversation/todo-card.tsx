import { ChevronDown, Circle, CircleCheck, CircleDot, CircleSlash } from 'lucide-react'
import { useState } from 'react'
import { classes, ProgressBar } from '../../../components/index.ts'
import type { Todo } from '../feed/conversation-items.ts'
import './todo-card.css'

const MARKS: Record<string, React.ReactNode> = {
  completed: <CircleCheck />,
  in_progress: <CircleDot />,
  cancelled: <CircleSlash />,
}
const WORDS: Record<string, string> = { completed: 'done', in_progress: 'under way', cancelled: 'dropped' }

/** The agent's own list of what there is to do: where it is in one line, all of it when opened. */
export function TodoCard({ todos }: { todos: readonly Todo[] }) {
  const [open, setOpen] = useState(false)
  if (todos.length === 0) return null
  const done = todos.filter((todo) => todo.status === 'completed').length
  const current = todos.find((todo) => todo.status === 'in_progress') ?? todos.find((todo) => todo.status === 'pending')
  return (
    <section className={classes('todo', open && 'open')} aria-label="Todo list of the agent">
      <button type="button" className="todo-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span className="num">
          {done} of {todos.length}
        </span>
        <span className="truncate">{current?.content ?? 'all done'}</span>
        <ChevronDown className="todo-fold" />
      </button>
      <ProgressBar
        value={done / todos.length}
        tone={done === todos.length ? 'ok' : 'run'}
        label={`${done} of ${todos.length} todos done`}
      />
      {open && (
        <ul>
          {todos.map((todo, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list comes whole each time
            <li key={index} className={todo.status}>
              {MARKS[todo.status] ?? <Circle />}
              <span>
                {todo.content}
                <span className="sr-only"> ({WORDS[todo.status] ?? 'to do'})</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
