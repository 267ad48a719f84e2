import { type ReactNode, useEffect, useMemo, useState } from 'react'
import type { FeedView } from './feed/run-feed.ts'
import { createRunFeed } from './feed/run-feed.ts'
import { type RunActions, type RunLayout, RunView, type RunViewProps } from './run-view.tsx'
import { agentEvents, emptyFeed, makeRun, NOW, ready, usualDiff } from './samples/index.ts'

const nothing = () => {}
const ACTIONS: RunActions = {
  cancel: nothing,
  kill: nothing,
  waitLonger: nothing,
  retry: nothing,
  dismiss: nothing,
  copyId: nothing,
  replyPermission: nothing,
  replyQuestion: nothing,
  send: async () => true,
  downloadLog: async () => {},
  loadOutput: async () => 'all of it',
  reloadDiff: nothing,
  reloadAttempts: nothing,
  reloadFeed: nothing,
}

/** The page with what a state leaves out filled in; keeps its own draft and layout. */
export function Shown(props: Partial<RunViewProps> & { keep?: Partial<RunLayout> }) {
  const [draft, setDraft] = useState(props.draft ?? '')
  const [layout, setLayout] = useState<RunLayout>({ share: 0.52, changesOpen: true, splitDiff: false, ...props.keep })
  return (
    <RunView
      run={makeRun()}
      projectName="web"
      place={null}
      feed={emptyFeed()}
      inbox={[]}
      attempts={ready([])}
      diff={ready(usualDiff())}
      busy={new Set()}
      sent={[]}
      actions={ACTIONS}
      {...props}
      draft={draft}
      onDraft={setDraft}
      layout={layout}
      onLayout={(change) => setLayout((old) => ({ ...old, ...change }))}
    />
  )
}

/** Made when it is shown, for it is large. */
export const lazily = (make: () => ReactNode): ReactNode => <Later make={make} />
function Later({ make }: { make: () => ReactNode }) {
  return useMemo(make, [make])
}

const SENTENCE = 'The store keeps one row for each session, and the cookie carries nothing but its id. '

/** A text that grows by a few words at each frame, as fast as a fast model writes. */
export function Streaming() {
  const feed = useMemo(() => {
    const made = createRunFeed((flush) => {
      const frame = requestAnimationFrame(flush)
      return () => cancelAnimationFrame(frame)
    })
    made.receive({ type: 'snapshot', events: agentEvents(), parts: [], more: false })
    made.receive({ type: 'part', part: { partId: 'grow', messageId: 'm', type: 'text', text: '', startedAt: NOW } })
    return made
  }, [])
  const [view, setView] = useState<FeedView>(() => feed.view())
  useEffect(() => {
    const stop = feed.subscribe(() => setView(feed.view()))
    let n = 0
    const timer = setInterval(() => {
      n += 1
      const text =
        n % 60 === 0
          ? '\n\n```ts\nconst id = randomBytes(32)\n```\n\n'
          : n % 25 === 0
            ? '\n\n- one more point\n- and another\n\n'
            : SENTENCE.slice((n * 7) % 60, ((n * 7) % 60) + 12)
      feed.receive({ type: 'delta', partId: 'grow', text })
    }, 12)
    return () => {
      clearInterval(timer)
      stop()
    }
  }, [feed])
  return <Shown feed={view} />
}
