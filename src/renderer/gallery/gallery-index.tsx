import type { ReactNode } from 'react'
import { Router } from 'wouter'
import { useHashLocation } from 'wouter/use-hash-location'
import { Shell } from '../app/shell.tsx'
import { TooltipProvider } from '../components/index.ts'
import './gallery-index.css'
import { OWN_STATES, PANELS, STATES } from './scene.ts'

/** Links to all there is to see. */
export const GalleryIndex = () => (
  <main className="gallery-index">
    <h1>Gallery</h1>
    {PANELS.map((panel) => (
      <section key={panel}>
        <h2>{panel}</h2>
        {(panel in OWN_STATES ? Object.keys(OWN_STATES[panel as keyof typeof OWN_STATES]) : STATES).map((state) => (
          <p key={state}>
            {state}{' '}
            {['light', 'dark'].map((theme) => (
              <a key={theme} href={`?${new URLSearchParams({ panel, state, theme })}`}>
                {theme}
              </a>
            ))}
          </p>
        ))}
      </section>
    ))}
  </main>
)

/** One state of a panel that brings its own, in the usual surroundings. */
export const OwnStates = ({ states, name }: { states: Readonly<Record<string, ReactNode>>; name: string }) => (
  <TooltipProvider>
    <Router hook={useHashLocation}>
      <Shell>{states[name] ?? Object.values(states)[0] ?? null}</Shell>
    </Router>
  </TooltipProvider>
)
