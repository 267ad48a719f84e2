import type { ReactNode } from 'react'
import './kbd.css'

/** A key, as printed on it. Not read aloud: a button keeps its plain name. */
export const Kbd = ({ children }: { children: ReactNode }) => (
  <span className="kbd" aria-hidden="true">
    {children}
  </span>
)
