export { ActivityPanel } from './activity-panel.tsx'
export { OperationsPage } from './operations-page.tsx'
