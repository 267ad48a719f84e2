import { Link, useLocation } from 'wouter'
import { formatCount } from '../format/index.ts'
import { useLive } from '../stores/index.ts'
import './navigation.css'
import { PLACES, type Place } from './routes.ts'

/** The way to every screen. Narrow windows show the icons only; the names stay readable to screen readers. */
export function Navigation() {
  const [location] = useLocation()
  const here = location === '/' ? '/board' : `/${location.split('/')[1]}`
  return (
    <nav className="nav" aria-label="Screens">
      {PLACES.map((group) => (
        <div key={group.heading ?? ''} className="nav-group">
          {group.heading && <h2>{group.heading}</h2>}
          {group.places.map((place) => (
            <NavLink key={place.path} place={place} on={place.path === here} />
          ))}
        </div>
      ))}
    </nav>
  )
}

function NavLink({ place, on }: { place: Place; on: boolean }) {
  const count = useLive((s) => {
    switch (place.path) {
      case '/board':
        return s.board.total.running + s.board.total.need + s.board.total.queued + s.board.total.failed
      case '/operations':
        return s.panels.active.length
      case '/inbox':
        return s.inbox.size
      case '/projects':
        return s.projects.size
      default:
        return 0
    }
  })
  const hot = place.path === '/inbox' && count > 0
  const Icon = place.icon
  return (
    <Link
      href={place.path}
      className={on ? 'nav-link on' : 'nav-link'}
      aria-current={on ? 'page' : undefined}
      aria-label={place.name}
      aria-description={hot ? `${count} waiting` : undefined}
      title={place.name}
    >
      <Icon />
      <span>{place.name}</span>
      {count > 0 && <b className={hot ? 'num hot' : 'num'}>{formatCount(count)}</b>}
    </Link>
  )
}
