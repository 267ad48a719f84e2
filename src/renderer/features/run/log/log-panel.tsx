import { useVirtualizer } from '@tanstack/react-virtual'
import { Download, ListEnd, WrapText } from 'lucide-react'
import { memo, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import type { EventLevel } from '../../../../shared/models/index.ts'
import { AnsiText } from '../../../components/ansi-text.tsx'
import { CopyButton } from '../../../components/copy-button.tsx'
import { Button, classes, EmptyState, IconButton, Input, Select } from '../../../components/index.ts'
import { formatCount, plural } from '../../../format/index.ts'
import { type FilteredLog, filterLog, isOpenFilter, type LogBuffer } from '../feed/log-buffer.ts'
import { formatLogLine, type LogLine } from '../feed/log-lines.ts'
import './log.css'

const LEVELS: { value: EventLevel; label: string }[] = [
  { value: 'debug', label: 'All levels' },
  { value: 'info', label: 'Info and above' },
  { value: 'warn', label: 'Warnings and errors' },
  { value: 'error', label: 'Errors only' },
]
const ROW = 20
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })

/** `permission.replied` → `replied`: the column is narrow. */
const kindWord = (kind: string): string => kind.slice(kind.lastIndexOf('.') + 1)

/** One line. Time and kind stand at the first line of an event only. */
const Line = memo(({ line, head }: { line: LogLine; head: boolean }) => (
  <>
    <span className="log-at">{head && clock.format(line.at)}</span>
    <span className="log-kind">{head && kindWord(line.kind)}</span>
    <span className="log-text">
      <AnsiText text={line.text} />
    </span>
  </>
))

export interface LogPanelProps {
  readonly log: LogBuffer
  /** Grows with the log. */
  readonly version: number
  /** Whether the run may still write. */
  readonly live: boolean
  /** Reads the whole log from the store and saves it as a file. */
  readonly onDownload: () => Promise<void>
}

/** Everything that happened, as lines: filtered by level and text, followed or standing still. */
export function LogPanel({ log, version, live, onDownload }: LogPanelProps) {
  const [level, setLevel] = useState<EventLevel>('debug')
  const [query, setQuery] = useState('')
  const [wrap, setWrap] = useState(false)
  const [follow, setFollow] = useState(true)
  const [saving, setSaving] = useState(false)
  const text = useDeferredValue(query)
  const scroller = useRef<HTMLDivElement>(null)
  const top = useRef(0)
  const before = useRef<FilteredLog | undefined>(undefined)
  const open = isOpenFilter({ level, text })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the log is one mutable list, its version tells of changes
  const numbers = useMemo(() => {
    if (open) return null
    before.current = filterLog(log, { level, text }, before.current)
    return before.current.numbers
  }, [log, version, level, text, open])
  const count = numbers?.length ?? log.lines.length
  const lineAt = (index: number): LogLine | undefined => log.lines[numbers === null ? index : numbers[index]! - log.dropped]

  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (index) => (numbers === null ? log.dropped + index : numbers[index]!),
    overscan: 12,
    paddingStart: 4,
    paddingEnd: 8,
    useFlushSync: false,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new line moves the end
  useEffect(() => {
    const box = scroller.current
    if (follow && box) box.scrollTop = box.scrollHeight
  }, [follow, count, version, wrap])

  const download = () => {
    setSaving(true)
    onDownload().finally(() => setSaving(false))
  }
  const copyText = (): string =>
    Array.from({ length: count }, (_, index) => lineAt(index))
      .map((line) => (line ? formatLogLine(line) : ''))
      .join('\n')
  return (
    <div className="log">
      <div className="log-bar">
        <Input
          type="search"
          value={query}
          aria-label="Filter the log"
          placeholder="Filter"
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
        <Select aria-label="Level" value={level} options={LEVELS} onChange={setLevel} />
        <span className="log-count num">
          {numbers === null ? plural(log.lines.length, 'line') : `${formatCount(count)} of ${plural(log.lines.length, 'line')}`}
        </span>
        <Button size="s" variant="quiet" icon={<ListEnd />} aria-pressed={follow} onClick={() => setFollow(!follow)}>
          Follow
        </Button>
        <IconButton size="s" label="Wrap long lines" icon={<WrapText />} aria-pressed={wrap} onClick={() => setWrap(!wrap)} />
        <CopyButton label={numbers === null ? 'Copy the log' : 'Copy what is shown'} text={copyText} />
        <IconButton size="s" label="Download the whole log" icon={<Download />} busy={saving} onClick={download} />
      </div>
      {log.dropped > 0 && numbers === null && (
        <p className="log-dropped">The first {formatCount(log.dropped)} lines are not held here. The download has all of them.</p>
      )}
      {count === 0 ? (
        <EmptyState compact title={log.lines.length === 0 ? 'Nothing was logged yet' : 'No line matches'}>
          {log.lines.length === 0
            ? live
              ? 'Lines appear here as the run writes them.'
              : 'This run wrote nothing.'
            : 'Change the filter to see more.'}
        </EmptyState>
      ) : (
        <div
          className={classes('log-lines', wrap && 'wrap')}
          ref={scroller}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          role="log"
          aria-label="Log lines"
          aria-live="off"
          onScroll={(event) => {
            const box = event.currentTarget
            const left = box.scrollHeight - box.scrollTop - box.clientHeight
            // Lines only come at the end, so what goes up is a person; who goes down to the end wants to follow again.
            if (box.scrollTop < top.current && left > 3 * ROW) setFollow(false)
            else if (box.scrollTop > top.current && left < ROW) setFollow(true)
            top.current = box.scrollTop
          }}
        >
          <div className="log-space" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map((item) => {
              const line = lineAt(item.index)
              if (line === undefined) return null
              return (
                <div
                  key={item.key}
                  ref={wrap ? virtual.measureElement : undefined}
                  data-index={item.index}
                  className={classes('log-line', line.level)}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <Line line={line} head={line.first || lineAt(item.index - 1)?.seq !== line.seq} />
                </div>
              )
            })}
          </div>
        </div>
      )}
    </div>
  )
}
