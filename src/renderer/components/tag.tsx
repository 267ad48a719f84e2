import type { ReactNode } from 'react'
import './tag.css'
import { classes, type Tone } from './tone.ts'

/** A word or two about state. */
export const Tag = ({ tone = 'idle', title, children }: { tone?: Tone; title?: string; children: ReactNode }) => (
  <span className={classes('tag', tone)} title={title}>
    {children}
  </span>
)
