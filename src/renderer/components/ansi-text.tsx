import { memo } from 'react'
import { type AnsiSpan, parseAnsi } from '../format/ansi.ts'
import './ansi-text.css'
import { classes } from './tone.ts'

const isNamed = (colour: string | undefined): boolean => colour !== undefined && !colour.startsWith('#')

const Span = ({ span }: { span: AnsiSpan }) => (
  <span
    className={classes(
      isNamed(span.fg) && `ansi-${span.fg}`,
      isNamed(span.bg) && `ansi-on-${span.bg}`,
      span.bold && 'ansi-bold',
      span.dim && 'ansi-dim',
      span.italic && 'ansi-italic',
      span.underline && 'ansi-underline',
    )}
    style={{
      ...(span.fg?.startsWith('#') ? { color: span.fg } : {}),
      ...(span.bg?.startsWith('#') ? { backgroundColor: span.bg } : {}),
    }}
  >
    {span.text}
  </span>
)

/** One line of command output with its colours. */
export const AnsiText = memo(({ text }: { text: string }) => {
  // Nearly every line is plain: those cost one text node.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what makes a line not plain
  if (!/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text)) return text
  return parseAnsi(text).map((span, index) => {
    const plain = Object.keys(span).length === 1
    // biome-ignore lint/suspicious/noArrayIndexKey: spans of one line have nothing but their place
    return plain ? span.text : <Span key={index} span={span} />
  })
})
