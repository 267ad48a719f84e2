import { existsSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sirv from 'sirv'

const NOT_BUILT = 'The browser screens are not built; run "npm run build" in the folder of Ops Control Room and start it again.\n'

/** Where a build puts the page: `out/renderer`, also when the host runs from its sources. */
export function pageFolder(): string {
  const here = new URL('.', import.meta.url)
  if (import.meta.url.endsWith('.ts')) return fileURLToPath(new URL('../../../out/renderer/', here))
  // The bundler puts code that entries share one folder lower.
  return fileURLToPath(new URL(here.pathname.endsWith('/chunks/') ? '../../renderer/' : '../renderer/', here))
}

export const isPageBuilt = (folder: string): boolean => existsSync(join(folder, 'index.html'))

/** Serves the page's files. Every address without an extension is the page itself, which shows the screen of that address. */
export function createPageServer(folder: string): (request: IncomingMessage, response: ServerResponse) => void {
  const answerText = (response: ServerResponse, text: string): void => {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }).end(text)
  }
  if (!isPageBuilt(folder)) return (_request, response) => answerText(response, NOT_BUILT)
  const serve = sirv(folder, {
    etag: true,
    single: true,
    setHeaders(response, path) {
      // The bundler puts a hash of the content into the names of assets.
      response.setHeader('cache-control', path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return answerText(response, 'There is nothing here.\n')
    serve(request, response, () => answerText(response, 'There is nothing here.\n'))
  }
}
