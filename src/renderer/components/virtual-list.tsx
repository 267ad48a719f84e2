import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useState } from 'react'
import { classes } from './tone.ts'
import './virtual-list.css'

export interface VirtualListProps<T> {
  readonly items: readonly T[]
  readonly getKey: (item: T) => string
  readonly renderItem: (item: T, index: number) => ReactNode
  /** Usual height of an item in pixels, or a guess for each; items are measured once they are drawn. */
  readonly estimateSize: number | ((item: T) => number)
  /** Pixels between items. */
  readonly gap?: number
  /** Up to this many items all are drawn, so that finding in the page and printing work. */
  readonly threshold?: number
  /** Scrolled into view when it changes. */
  readonly activeKey?: string | null
  /** Called when the end comes near: load more. May be called several times. */
  readonly onEndReached?: () => void
  /** Follows the items and scrolls with them. */
  readonly footer?: ReactNode
  readonly label: string
  readonly className?: string
}

/** A list that scrolls and draws only what is seen. Takes the height its parent gives it. */
export function VirtualList<T>(props: VirtualListProps<T>) {
  // State and not a ref: rows need the element, and a child's effects run before its parent's ref is set.
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null)
  const { items, threshold = 50, onEndReached, footer, className } = props
  const Rows = items.length > threshold ? VirtualRows<T> : PlainRows<T>
  return (
    <div
      className={classes('vlist', className)}
      ref={setScroller}
      onScroll={
        onEndReached &&
        ((event) => {
          const box = event.currentTarget
          if (box.scrollHeight - box.scrollTop - box.clientHeight < 600) onEndReached()
        })
      }
    >
      {scroller && <Rows {...props} scroller={scroller} />}
      {footer}
    </div>
  )
}

type RowsProps<T> = VirtualListProps<T> & { scroller: HTMLDivElement }

function PlainRows<T>({ items, getKey, renderItem, gap = 0, activeKey, label, scroller }: RowsProps<T>) {
  useEffect(() => {
    if (activeKey) scroller.querySelector(`[data-key="${CSS.escape(activeKey)}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [activeKey, scroller])
  return (
    <ul className="vlist-plain" style={{ gap }} aria-label={label}>
      {items.map((item, index) => (
        <li key={getKey(item)} data-key={getKey(item)}>
          {renderItem(item, index)}
        </li>
      ))}
    </ul>
  )
}

function VirtualRows<T>({ items, getKey, renderItem, estimateSize, gap = 0, activeKey, label, scroller }: RowsProps<T>) {
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller,
    estimateSize: (index) => (typeof estimateSize === 'number' ? estimateSize : estimateSize(items[index]!)),
    getItemKey: (index) => getKey(items[index]!),
    gap,
    overscan: 8,
    useFlushSync: false,
  })
  const activeIndex = activeKey ? items.findIndex((item) => getKey(item) === activeKey) : -1
  // Only a new key scrolls: when rows move under the active one, the view stays where the person left it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (activeIndex >= 0) virtual.scrollToIndex(activeIndex)
  }, [activeKey])
  return (
    <ul className="vlist-space" style={{ height: virtual.getTotalSize() }} aria-label={label}>
      {virtual.getVirtualItems().map((row) => (
        <li
          key={row.key}
          ref={virtual.measureElement}
          data-index={row.index}
          aria-setsize={items.length}
          aria-posinset={row.index + 1}
          style={{ transform: `translateY(${row.start}px)` }}
        >
          {renderItem(items[row.index]!, row.index)}
        </li>
      ))}
    </ul>
  )
}
