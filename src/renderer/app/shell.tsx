import type { ReactNode } from 'react'
import { ErrorState, Toasts } from '../components/index.ts'
import { dismissToast, useLive, useToasts } from '../stores/index.ts'
import { retryConnection } from './connection.ts'
import { ConnectionBanner } from './connection-banner.tsx'
import { Header } from './header.tsx'
import { HelpDialog } from './help-dialog.tsx'
import { Navigation } from './navigation.tsx'
import { Palette } from './palette.tsx'
import './shell.css'
import { StatusBar } from './status-bar.tsx'
import { useShortcuts } from './use-shortcuts.ts'
import { useTitle } from './use-title.ts'

/** What stands around every screen: header, navigation, status bar, messages, and the keys that work everywhere. */
export function Shell({ children }: { children: ReactNode }) {
  useShortcuts()
  useTitle()
  return (
    <div className="shell">
      <Header />
      <Navigation />
      <div className="shell-middle">
        <ConnectionBanner />
        <main className="shell-main">
          <Connected>{children}</Connected>
        </main>
      </div>
      <StatusBar />
      <Palette />
      <HelpDialog />
      <Messages />
    </div>
  )
}

/** Before the first snapshot there is nothing to show; when it cannot be had either, say so instead of loading for ever. */
function Connected({ children }: { children: ReactNode }) {
  const ready = useLive((s) => s.ready)
  const state = useLive((s) => s.connection.state)
  if (ready || state === 'connecting' || state === 'live') return children
  const message =
    state === 'denied'
      ? 'Open the link that “controlroom serve” printed in this browser.'
      : 'The core does not answer. Start it, or wait: this page keeps trying.'
  return <ErrorState title="Nothing could be loaded" message={message} onRetry={retryConnection} />
}

const Messages = () => <Toasts items={useToasts((s) => s.items)} onDismiss={dismissToast} />
