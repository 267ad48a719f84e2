/**
 * Every panel in every state, with made-up data and without a core: `gallery.html?panel=board&state=thousand&theme=dark`.
 *
 * For looking and for tests; not part of the built program. Without a panel it lists them all. `live=1` makes the running runs report progress as
 * fast as a core would. `window.gallery.longTasks` has each task of the page that took longer than 50 ms.
 */
import { createRoot } from 'react-dom/client'
import { App } from '../app/app.tsx'
import { onRetryConnection } from '../app/connection.ts'
import { applyMessages, followTheme, setClient, setConnection, useLive } from '../stores/index.ts'
import '../styles/base.css'
import { GalleryIndex, OwnStates } from './gallery-index.tsx'
import { createMadeUpClient } from './made-up-client.ts'
import { madeUpState } from './made-up-state.ts'
import { playLive } from './play-live.ts'
import { OWN_STATES, parseScene, ROUTES } from './scene.ts'

const search = new URLSearchParams(location.search)
const scene = parseScene(search)
if (scene.panel in ROUTES) location.hash = ROUTES[scene.panel as keyof typeof ROUTES]
try {
  localStorage.clear()
  localStorage.setItem('controlroom.theme', scene.theme)
} catch {}

const longTasks: { at: number; ms: number }[] = []
Object.assign(window, { gallery: { longTasks, useLive } })
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) longTasks.push({ at: Math.round(entry.startTime), ms: entry.duration })
}).observe({ type: 'longtask', buffered: true })

followTheme()
const state = madeUpState(scene.state, Date.now(), scene.theme)
setClient(createMadeUpClient(scene.state, state))
onRetryConnection(() => {})
if (scene.state !== 'loading' && scene.state !== 'failed') {
  applyMessages([{ type: 'snapshot', revision: { instanceId: 'gallery', n: 1 }, state }])
  setConnection('live')
}
if (scene.state === 'failed') setConnection('denied')
if (scene.state === 'cut') setConnection('cut')
if (scene.live) playLive(state)

const ownStates = scene.panel in OWN_STATES ? OWN_STATES[scene.panel as keyof typeof OWN_STATES] : null
createRoot(document.querySelector('#root')!).render(
  !search.has('panel') ? <GalleryIndex /> : ownStates ? <OwnStates states={ownStates} name={search.get('state') ?? ''} /> : <App />,
)
