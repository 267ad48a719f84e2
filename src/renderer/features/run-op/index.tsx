export { RunOpDialog } from './run-op-dialog.tsx'
