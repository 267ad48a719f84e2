import { AnsiText } from '../../../components/ansi-text.tsx'
import { CopyButton } from '../../../components/copy-button.tsx'
import { stripAnsi } from '../../../format/ansi.ts'
import type { ToolItem } from '../feed/conversation-items.ts'
import { readable, textField } from '../feed/event-data.ts'
import { splitLines } from '../feed/log-lines.ts'
import { toolSort } from '../feed/tool-summary.ts'

/** Lines of an opened output that are drawn; all of it can be copied. */
const MAX_LINES = 2_000

const Changed = ({ before, after }: { before: string; after: string }) => (
  <pre className="talk-pre">
    {before !== '' && <del>{before}</del>}
    {after !== '' && <ins>{after}</ins>}
  </pre>
)

/** What went into a call: a command, a change, or its parameters as they are. */
export function ToolInput({ item }: { item: ToolItem }) {
  const command = textField(item.input, 'command')
  if (command !== undefined)
    return (
      <pre className="talk-pre talk-command">
        <b aria-hidden="true">$</b> {command}
      </pre>
    )
  if (toolSort(item.tool) === 'edit') {
    const before = textField(item.input, 'oldString')
    const after = textField(item.input, 'newString') ?? textField(item.input, 'content')
    if (after !== undefined) return <Changed before={before ?? ''} after={after} />
  }
  const text = readable(item.input)
  return text === '' || text === '{}' ? null : <pre className="talk-pre">{text}</pre>
}

/** What came out of a call, with its colours. */
export function ToolOutput({ text }: { text: string }) {
  if (text.trim() === '') return null
  const lines = splitLines(text)
  return (
    <div className="talk-output">
      <pre className="talk-pre">
        {lines.slice(0, MAX_LINES).map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text that does not change
          <span key={index}>
            <AnsiText text={line} />
            {'\n'}
          </span>
        ))}
        {lines.length > MAX_LINES && `… ${lines.length - MAX_LINES} more lines: copy them all`}
      </pre>
      <CopyButton label="Copy output" text={() => stripAnsi(text)} />
    </div>
  )
}
