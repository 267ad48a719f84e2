import { ChevronDown } from 'lucide-react'
import { useRef, useState } from 'react'
import type { KillSignal } from '../../shared/models/index.ts'
import { Button } from './button.tsx'
import { IconButton } from './icon-button.tsx'
import { Menu } from './menu.tsx'
import './timeout-ask.css'
import { classes } from './tone.ts'

const MINUTE = 60_000
const CHOICES = [5, 15, 60] as const

export interface TimeoutButtonsProps {
  readonly waiting: boolean
  readonly killing: boolean
  /** `undefined`: as long as the limit again; else milliseconds from now. */
  readonly onWait: (ms?: number) => void
  readonly onKill: (signal: KillSignal) => void
  /** For a card or a row: no choice of times, no second signal. */
  readonly compact?: boolean
  /** Opens and closes the question before a kill from outside, by a key; without it the buttons look after that themselves. */
  readonly asking?: { readonly open: boolean; readonly onOpen: (open: boolean) => void }
  /** Shows the keys that do it. */
  readonly keys?: boolean
}

/** What can be done with a run whose time is over: let it go on, or kill it after a second look in place. */
export function TimeoutButtons({ waiting, killing, onWait, onKill, compact, asking, keys }: TimeoutButtonsProps) {
  const [own, setOwn] = useState(false)
  const open = asking?.open ?? own
  const setOpen = asking?.onOpen ?? setOwn
  // Where the question was taken back with the focus in it, the focus goes back to what asked it.
  const back = useRef(false)
  const takeBack = () => {
    back.current = true
    setOpen(false)
  }
  if (open) back.current = false
  const busy = waiting || killing
  const size = compact ? 's' : 'm'
  if (open)
    return (
      // biome-ignore lint/a11y/noStaticElementInteractions: Escape takes the question back, wherever the focus is in it
      <span
        key="sure"
        className={classes('timeout-buttons', compact && 'compact')}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.preventDefault()
          takeBack()
        }}
      >
        {/* The question has just been asked for: Enter answers it. */}
        <Button autoFocus size={size} variant="danger" className="timeout-sure" busy={killing} onClick={() => onKill('SIGTERM')}>
          Kill it
        </Button>
        {!compact && (
          <Button variant="danger" busy={killing} title="SIGKILL at once: nothing can be saved" onClick={() => onKill('SIGKILL')}>
            Kill now
          </Button>
        )}
        <Button size={size} variant="quiet" onClick={takeBack}>
          Back
        </Button>
      </span>
    )
  return (
    <span key="choice" className={classes('timeout-buttons', compact && 'compact')}>
      <Button
        size={size}
        variant={compact ? 'default' : 'primary'}
        busy={waiting}
        disabled={busy}
        title="As long as its limit again"
        {...(keys ? { shortcut: 'W' } : {})}
        onClick={() => onWait()}
      >
        Wait longer
      </Button>
      {!compact && (
        <Menu
          label="How much longer"
          align="start"
          items={() => [
            { heading: 'Wait another' },
            ...CHOICES.map((minutes) => ({ label: `${minutes} minutes`, onSelect: () => onWait(minutes * MINUTE) })),
          ]}
          trigger={<IconButton label="How much longer" icon={<ChevronDown />} tooltip={false} disabled={busy} />}
        />
      )}
      <Button
        size={size}
        variant="danger"
        busy={killing}
        disabled={busy}
        {...(keys ? { shortcut: 'K' } : {})}
        autoFocus={back.current}
        onClick={() => setOpen(true)}
      >
        {compact ? 'Kill' : 'Kill…'}
      </Button>
    </span>
  )
}
