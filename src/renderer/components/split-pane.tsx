import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react'
import './split-pane.css'

export interface SplitPaneProps {
  readonly left: ReactNode
  /** Null hides the right pane and the line between. */
  readonly right: ReactNode | null
  /** Share of the left pane at first, 0 to 1. */
  readonly initial?: number
  /** Where a double press puts the line. */
  readonly usual?: number
  /** Called when the line was let go. */
  readonly onPlaced?: (share: number) => void
  /** Pixels that each pane keeps at least. */
  readonly minimum?: number
  /** What the line does, for screen readers. */
  readonly label: string
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/** Two panes side by side with a line between that can be dragged, or moved with the arrow keys; a double press puts it back. */
export function SplitPane({ left, right, initial = 0.5, usual = 0.5, onPlaced, minimum = 280, label }: SplitPaneProps) {
  const box = useRef<HTMLDivElement>(null)
  const [share, setShare] = useState(initial)
  const place = (next: number, done: boolean) => {
    const width = box.current?.clientWidth ?? 0
    const least = width > 0 ? Math.min(0.45, minimum / width) : 0.1
    const value = clamp(next, least, 1 - least)
    setShare(value)
    if (done) onPlaced?.(value)
  }
  const shareAt = (event: PointerEvent): number => {
    const bounds = box.current!.getBoundingClientRect()
    return (event.clientX - bounds.left) / bounds.width
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -0.02, ArrowRight: 0.02, PageUp: -0.1, PageDown: 0.1, Home: -1, End: 1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    place(share + step, true)
  }
  return (
    <div
      className="split"
      ref={box}
      style={right === null ? undefined : { gridTemplateColumns: `minmax(0, ${share}fr) auto minmax(0, ${1 - share}fr)` }}
    >
      {left}
      {right !== null && (
        // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved
        <div
          className="split-line"
          role="separator"
          aria-orientation="vertical"
          aria-label={label}
          aria-valuenow={Math.round(share * 100)}
          aria-valuemin={0}
          aria-valuemax={100}
          tabIndex={0}
          onKeyDown={onKeyDown}
          onDoubleClick={() => place(usual, true)}
          onPointerDown={(event) => {
            event.preventDefault()
            event.currentTarget.setPointerCapture(event.pointerId)
          }}
          onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && place(shareAt(event), false)}
          onPointerUp={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && place(shareAt(event), true)}
        />
      )}
      {right}
    </div>
  )
}
