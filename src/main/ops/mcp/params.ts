import { z } from 'zod'
import { Json } from '../../../shared/models/index.ts'
import { HttpHeaders, HttpUrl } from '../http.ts'

/** A server that is started for the call, and speaks over stdin and stdout. `cwd` is relative to the run's folder. */
export const LocalServer = z.strictObject({
  command: z.string().trim().min(1).max(4_096),
  args: z.array(z.string().max(100_000)).max(1_000).default([]),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'an environment name has letters, digits and underscores'), z.string())
    .default({}),
  cwd: z.string().min(1).max(4_096).optional(),
})
export type LocalServer = z.infer<typeof LocalServer>

/** A server that runs elsewhere, and speaks over streamable HTTP. */
export const RemoteServer = z.strictObject({ url: HttpUrl, headers: HttpHeaders.default({}) })
export type RemoteServer = z.infer<typeof RemoteServer>

export const McpParams = z.strictObject({
  server: z.union([LocalServer, RemoteServer], { error: 'either a command to start, or the url of a server' }),
  tool: z.string().trim().min(1).max(1_000),
  arguments: z.record(z.string(), Json).default({}),
})
export type McpParams = z.infer<typeof McpParams>
