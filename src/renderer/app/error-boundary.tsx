import { Component, type ReactNode } from 'react'
import { ErrorState } from '../components/index.ts'

/** Keeps a screen that broke from taking the others with it. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null }

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    return <ErrorState title="This screen broke" message={error.message} onRetry={() => this.setState({ error: null })} />
  }
}
