import './progress-bar.css'
import { classes, type Tone } from './tone.ts'

/** Progress from 0 to 1; -1 while it cannot be known, then the bar wanders. */
export function ProgressBar({ value, tone = 'run', label }: { value: number; tone?: Tone; label: string }) {
  const unknown = value < 0
  const percent = Math.round(Math.min(1, value) * 100)
  return (
    <div
      className={classes('progress', tone, unknown && 'unknown')}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={unknown ? undefined : percent}
    >
      <i style={unknown ? undefined : { transform: `scaleX(${percent / 100})` }} />
    </div>
  )
}
