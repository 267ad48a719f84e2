import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import sirv from 'sirv'
import { build } from 'vite'

/** The policy that the hosts give the page, but for inline styles: only the page of a run may have them, since its diff viewer sets some. */
const policyFor = (address: string): string => {
  const styles = /[?&]panel=run(&|$)/.test(address) ? "'self' 'unsafe-inline'" : "'self'"
  return `default-src 'none'; script-src 'self'; style-src ${styles}; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'`
}

export interface Gallery {
  /** Address of one scene. */
  url(scene?: Record<string, string>): string
  close(): Promise<void>
}

/** Builds the gallery into a folder of its own and serves it. The caller closes it. */
export async function startGallery(): Promise<Gallery> {
  const outDir = await mkdtemp(join(tmpdir(), 'controlroom-gallery-'))
  const root = join(import.meta.dirname, '../../src/renderer')
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [react()],
    build: { outDir, emptyOutDir: true, chunkSizeWarningLimit: 10_000, rollupOptions: { input: join(root, 'gallery.html') } },
  })
  const files = sirv(outDir, { dev: true })
  const server = createServer((request, response) => {
    response.setHeader('content-security-policy', policyFor(request.url ?? ''))
    files(request, response, () => {
      response.writeHead(404).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: (scene) => `http://127.0.0.1:${port}/gallery.html?${new URLSearchParams(scene)}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(outDir, { recursive: true, force: true })
    },
  }
}
