import type { ReactNode } from 'react'
import { Toasts } from '../components/index.ts'
import { dismissToast, useToasts } from '../stores/index.ts'
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
        <main className="shell-main">{children}</main>
      </div>
      <StatusBar />
      <Palette />
      <HelpDialog />
      <Messages />
    </div>
  )
}

const Messages = () => <Toasts items={useToasts((s) => s.items)} onDismiss={dismissToast} />
