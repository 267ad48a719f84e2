import type { ReactNode } from 'react'

/** A subject with its settings. */
export const Section = ({ title, about, children }: { title: string; about: string; children: ReactNode }) => (
  <section className="setting-section" aria-label={title}>
    <div>
      <h2>{title}</h2>
      <p>{about}</p>
    </div>
    <div className="sheet">{children}</div>
  </section>
)
