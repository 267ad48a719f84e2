/**
 * The states that a feature shows by itself, with everything handed in: `states.html?of=Run&state=failed&theme=dark`.
 *
 * For looking and for tests; not part of the built program. A feature joins by a file `gallery.tsx` that exports
 * `gallery: { name, states: { name: ReactNode } }`. Without a state the page lists them all.
 */
import type { ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import '../app/shell.css'
import { TooltipProvider } from '../components/index.ts'
import '../styles/base.css'

interface Gallery {
  readonly name: string
  readonly states: Readonly<Record<string, ReactNode>>
}

const found = await Promise.all(Object.values(import.meta.glob<{ gallery: Gallery }>('../features/*/gallery.tsx')).map((load) => load()))
const galleries = found.map(({ gallery }) => gallery)
const query = new URLSearchParams(location.search)
document.documentElement.classList.toggle('dark', query.get('theme') === 'dark')

const longTasks: number[] = []
Object.assign(window, {
  longTasks,
  states: galleries.flatMap(({ name, states }) => Object.keys(states).map((state) => ({ of: name, state }))),
})
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) longTasks.push(Math.round(entry.duration))
}).observe({ type: 'longtask', buffered: true })

const addressOf = (of: string, state: string): string => `?${new URLSearchParams({ ...Object.fromEntries(query), of, state })}`

const Index = () => (
  <div className="page">
    <div className="page-scroll">
      {galleries.map(({ name, states }) => (
        <section key={name}>
          <h2>{name}</h2>
          <ul>
            {Object.keys(states).map((state) => (
              <li key={state}>
                <a href={addressOf(name, state)}>{state}</a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  </div>
)

const chosen = galleries.find(({ name }) => name === query.get('of'))?.states[query.get('state') ?? '']
const empty = <div style={{ gridColumn: '1 / -1', background: 'var(--panel)' }} />

createRoot(document.querySelector('#root')!).render(
  <TooltipProvider>
    <div className="shell">
      {empty}
      <div style={{ background: 'var(--panel)', borderRight: '1px solid var(--line)' }} />
      <div className="shell-middle">
        <main className="shell-main">{chosen ?? <Index />}</main>
      </div>
      {empty}
    </div>
  </TooltipProvider>,
)
