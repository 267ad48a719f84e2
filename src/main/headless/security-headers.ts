import type { ServerResponse } from 'node:http'
import { PAGE_POLICY } from '../../shared/page-policy.ts'

/** A tag in the page cannot say who may frame it. */
const CONTENT_POLICY = [...PAGE_POLICY, "frame-ancestors 'none'"].join('; ')

/** Sets what every answer carries. */
export function setSecurityHeaders(response: ServerResponse): void {
  response.setHeader('content-security-policy', CONTENT_POLICY)
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('referrer-policy', 'no-referrer')
  response.setHeader('cross-origin-opener-policy', 'same-origin')
  response.setHeader('cross-origin-resource-policy', 'same-origin')
}
