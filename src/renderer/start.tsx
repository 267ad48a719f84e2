import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { onRetryConnection } from './app/connection.ts'
import { createClient, watchLive } from './client/index.ts'
import { followTheme, setClient, startSync } from './stores/index.ts'
import './styles/base.css'

// Before anything looks at the address: in a browser it may carry the token, which the client takes out.
const connection = createClient()
setClient(connection.client)
onRetryConnection(connection.retry)
followTheme()
startSync({
  watch: (onMessage, signal) => watchLive(connection.client, onMessage, signal),
  onState: connection.onState,
})

createRoot(document.querySelector('#root')!).render(<App />)
