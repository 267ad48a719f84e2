import { lazy, type ReactNode, Suspense, useEffect } from 'react'
import { Redirect, Route, Router, Switch } from 'wouter'
import { useHashLocation } from 'wouter/use-hash-location'
import { NEW_RUN_PATH } from '../../shared/desktop-bridge.ts'
import { Skeleton, TooltipProvider } from '../components/index.ts'
import { Board } from '../features/board/index.tsx'
import { InboxPage } from '../features/inbox/index.tsx'
import { NewRunDialog } from '../features/new-run/index.tsx'
import { ActivityPanel, OperationsPage } from '../features/operations/index.tsx'
import { ProjectsPage } from '../features/projects/index.tsx'
import { RunOpDialog } from '../features/run-op/index.tsx'
import { RunsPage } from '../features/runs/index.tsx'
import { SettingsPage } from '../features/settings/index.tsx'
import { SpecKitPage } from '../features/spec-kit/index.tsx'
import { TemplatesPage } from '../features/templates/index.tsx'
import { WorkersPage } from '../features/workers/index.tsx'
import { focusRun, openNewRun } from '../stores/index.ts'
import { ErrorBoundary } from './error-boundary.tsx'
import { Shell } from './shell.tsx'

// The run page brings the diff viewer with it, by far the largest part of the program.
const RunPage = lazy(() => import('../features/run/index.tsx').then((module) => ({ default: module.RunPage })))

/** The whole program on screen. Needs `setClient` first; where it is comes from the address after `#`. */
export const App = () => (
  <TooltipProvider>
    <Router hook={useHashLocation}>
      <Shell>
        <Switch>
          <Route path="/">
            <BoardPage />
          </Route>
          <Route path={NEW_RUN_PATH}>
            <OpenNewRun />
          </Route>
          <Route path="/board">
            <BoardPage />
          </Route>
          {page('/operations', <OperationsPage />)}
          {page('/runs', <RunsPage />)}
          <Route path="/runs/:id">{({ id }) => <OneRun id={id} />}</Route>
          {page('/inbox', <InboxPage />)}
          {page('/templates', <TemplatesPage />)}
          {page('/spec-kit', <SpecKitPage />)}
          {page('/projects', <ProjectsPage />)}
          {page('/workers', <WorkersPage />)}
          {page('/settings', <SettingsPage />)}
          <Route>
            <Redirect to="/board" replace />
          </Route>
        </Switch>
      </Shell>
      <NewRunDialog />
      <RunOpDialog />
    </Router>
  </TooltipProvider>
)

const page = (path: string, screen: ReactNode) => (
  <Route path={path}>
    <ErrorBoundary key={path}>{screen}</ErrorBoundary>
  </Route>
)

const BoardPage = () => (
  <ErrorBoundary>
    <Board />
    <ActivityPanel />
  </ErrorBoundary>
)

function OneRun({ id }: { id: string }) {
  useEffect(() => focusRun(id), [id])
  return (
    <ErrorBoundary key={id}>
      <Suspense fallback={<div className="page-loading">{<Skeleton rows={6} label="Loading the run" />}</div>}>
        <RunPage runId={id} />
      </Suspense>
    </ErrorBoundary>
  )
}

/** Where tray and menu lead: the board, with the dialog open. */
function OpenNewRun() {
  useEffect(() => openNewRun(), [])
  return <Redirect to="/board" replace />
}
