export { WorkersPage } from './workers-page.tsx'
