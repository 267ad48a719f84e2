// What the built page may load and run, as a tag in the page itself: a page that is opened as a file has no headers to say it.

/** Only what belongs to the app. Inline styles are let through: components that measure set them. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** A Vite plugin that puts the policy first into the page's head. Builds only: the development server runs scripts of its own in the page. */
export const pagePolicy = () => ({
  name: 'page-policy',
  apply: 'build',
  transformIndexHtml: () => [
    { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY }, injectTo: 'head-prepend' },
  ],
})
