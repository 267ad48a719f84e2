import type { IncomingMessage, ServerResponse } from 'node:http'
import { OpenAPIHandler } from '@orpc/openapi/node'
import { AppError } from '../../../shared/models/index.ts'
import type { Logger } from '../../platform/index.ts'
import { createCallGuard } from '../call-guard.ts'
import type { CallContext } from '../principal.ts'
import type { AppRouter } from '../router.ts'
import { errorBody, toWireError, wireBody } from '../wire-error.ts'
import { readJsonBody } from './json-body.ts'

const PREFIX = '/api'

export interface HttpDoorOptions {
  /** Of the program, for the API's description. */
  readonly version: string
  /** Largest request body in bytes. */
  readonly maxBodyBytes: number
}

/**
 * Serves the contract as JSON under `/api`, streams as server-sent events, and its description at `/api/openapi.json`.
 *
 * The returned function answers every request whose path starts with `/api/`, failures included, and resolves when the answer is out. It does not
 * check where a request comes from.
 */
export function createHttpDoor(
  router: AppRouter,
  logger: Logger,
  options: HttpDoorOptions,
): (request: IncomingMessage, response: ServerResponse, context: CallContext) => Promise<void> {
  const guard = createCallGuard(logger)
  const handler = new OpenAPIHandler(router, {
    clientInterceptors: [guard.call],
    interceptors: [guard.exchange],
    customErrorResponseBodyEncoder: wireBody,
  })
  let description: Promise<string> | null = null

  return async (request, response, context) => {
    response.setHeader('cache-control', 'no-store')
    const path = requestPath(request)
    try {
      if (context.principal === null && path !== `${PREFIX}/health`) {
        throw new AppError('UNAUTHORIZED', 'Send the access token of this host as "Authorization: Bearer <token>".')
      }
      if (request.method === 'GET' && path === `${PREFIX}/openapi.json`) {
        // Loaded when first asked for: it costs a start more than all the rest of this door.
        description ??= import('../openapi.ts').then(async ({ describeApi }) => JSON.stringify(await describeApi(options.version)))
        response.writeHead(200, { 'content-type': 'application/json' }).end(await description)
        return
      }
      // oRPC takes a body that was already read from here.
      if (request.method === 'POST') Object.assign(request, { body: await readJsonBody(request, options.maxBodyBytes) })
      const { matched } = await handler.handle(request, response, { prefix: PREFIX, context })
      if (!matched) throw new AppError('NOT_FOUND', `There is no ${request.method} ${path}; see ${PREFIX}/openapi.json.`)
    } catch (error) {
      // A caller that went away in the middle is no failure of ours, and there is nobody to tell.
      if (!request.socket.destroyed) sendError(response, toWireError(error, logger, path))
    }
  }
}

/** The path as it was sent, without the query. Not decoded, never throws. */
export function requestPath(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/'
}

/** Answers with a failure as JSON, or cuts the line when the answer has begun. */
export function sendError(response: ServerResponse, error: AppError | ReturnType<typeof toWireError>): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const body = error instanceof AppError ? errorBody(error) : wireBody(error)
  // What is left of a body that was refused is not read: the line cannot be used again.
  if (!response.req.complete) response.setHeader('connection', 'close')
  response.writeHead(body.status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body))
}
