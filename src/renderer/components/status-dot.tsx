import './status-dot.css'
import { classes, type Tone } from './tone.ts'

export interface StatusDotProps {
  readonly tone: Tone
  /** Hollow: something should be there and is not, such as a heartbeat that is late. */
  readonly hollow?: boolean
  /** Each new value makes the dot beat once: pass the time of the last heartbeat. Nothing moves on its own. */
  readonly beat?: number | null
  /** Said by screen readers and shown on hover; without it the dot is decoration beside words that say the same. */
  readonly label?: string
}

/** State as a coloured dot. */
export function StatusDot({ tone, hollow, beat, label }: StatusDotProps) {
  return (
    <span
      className={classes('dot', tone, hollow && 'hollow')}
      {...(label ? { role: 'img', 'aria-label': label, title: label } : { 'aria-hidden': true })}
    >
      {beat != null && <i key={beat} />}
    </span>
  )
}
