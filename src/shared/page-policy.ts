/**
 * What the page may load and run: only what belongs to the app. Inline styles are let through, since the diff view and components that measure set them.
 *
 * The headless host sends it as a header; the built page carries it as a tag, for a page that is opened as a file has no headers to say it.
 */
export const PAGE_POLICY: readonly string[] = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
]
