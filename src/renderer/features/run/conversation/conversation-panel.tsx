import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown } from 'lucide-react'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Button } from '../../../components/index.ts'
import { plural } from '../../../format/index.ts'
import { useScene } from './context.ts'
import { ConversationRow } from './row.tsx'
import { estimateRow, isClose, type Row } from './rows.ts'
import './conversation.css'

/** How long opening a row may take to be drawn and measured, in milliseconds. */
const HOLD_MS = 250

/** Pixels from the end within which the view counts as being at the end. */
const AT_END = 48

/**
 * The rows of a conversation, drawn as far as they are seen.
 *
 * Stays at the end while it grows, unless someone scrolled up: then it stands still and says how many rows came below.
 */
export function ConversationRows({ rows, forgotten, label }: { rows: readonly Row[]; forgotten: number; label: string }) {
  const scroller = useRef<HTMLDivElement>(null)
  const [atEnd, setAtEnd] = useState(true)
  const [seen, setSeen] = useState(rows.length)
  // At the end, what grows pushes upwards. A row that someone opens must not: its head stays under the pointer.
  const [held, setHeld] = useState(false)
  const { holdStill } = useScene()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>
    holdStill.current = () => {
      setHeld(true)
      clearTimeout(timer)
      timer = setTimeout(() => setHeld(false), HOLD_MS)
    }
    return () => clearTimeout(timer)
  }, [holdStill])
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimateRow(rows[index]!),
    getItemKey: (index) => rows[index]!.key,
    anchorTo: held ? 'start' : 'end',
    followOnAppend: true,
    scrollEndThreshold: AT_END,
    paddingStart: 8,
    paddingEnd: 14,
    overscan: 6,
    useFlushSync: false,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the newest is what one comes for, once
  useLayoutEffect(() => virtual.scrollToEnd(), [])
  useEffect(() => {
    if (atEnd) setSeen(rows.length)
  }, [atEnd, rows.length])
  const toEnd = () => {
    virtual.scrollToEnd()
    setAtEnd(true)
  }
  const below = rows.length - seen
  return (
    <div className="talk-frame">
      <div
        className="talk"
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        role="log"
        aria-label={label}
        onScroll={(event) => {
          const box = event.currentTarget
          setAtEnd(box.scrollHeight - box.scrollTop - box.clientHeight <= AT_END)
        }}
      >
        {forgotten > 0 && (
          <p className="talk-note talk-forgotten">{plural(forgotten, 'older entry', 'older entries')} can be read in the log.</p>
        )}
        <div className="talk-space" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className={isClose(rows[item.index]!, rows[item.index - 1]) ? 'close' : undefined}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <ConversationRow row={rows[item.index]!} />
            </div>
          ))}
        </div>
      </div>
      {!atEnd && (
        <Button className="talk-below" size="s" icon={<ArrowDown />} onClick={toEnd}>
          {below > 0 ? `${below} new below` : 'To the end'}
        </Button>
      )}
    </div>
  )
}
