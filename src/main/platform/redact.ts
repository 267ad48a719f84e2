/** Names under which a secret may lie. A plain `tokens: 12` is a count: only text is taken out. */
const SECRET_NAME =
  /token|passw|passphrase|secret|authori[sz]ation|cookie|credential|api[-_]?key|private[-_]?key|access[-_]?key|^prompt$|^auth$/i

/** Secrets inside a text: each pattern keeps its first group and drops the second. */
const SECRET_TEXT: readonly RegExp[] = [
  /(\b(?:bearer|basic)\s+)([\w.~+/=-]{8,})/gi,
  /([#?&](?:\w*token|key|secret|password|code)=)([^&#\s"']+)/gi,
  /(:\/\/[^\s:/@]*:)([^\s/@]+)(?=@)/g,
  /(\b\w*(?:token|password|passwd|secret|api_?key|access_?key)\\?["']?\s*[=:]\s*\\?["']?)([^\s"'\\,;&]+)/gi,
  /()(\b(?:sk|pk|rk)-[\w-]{16,})/g,
  /()(\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AKIA)[\w-]{12,})/g,
  /()(\beyJ[\w-]+\.[\w-]+\.[\w-]+)/g,
  /()(-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$))/g,
]

export const HIDDEN = '[hidden]'

/** Takes what looks like a secret out of a text; the rest stays readable. `known` are secrets to take out wherever they appear. */
export function redactText(text: string, known: Iterable<string> = []): string {
  let clean = text
  for (const secret of known) clean = clean.replaceAll(secret, HIDDEN)
  for (const pattern of SECRET_TEXT) clean = clean.replace(pattern, `$1${HIDDEN}`)
  return clean
}

/** Copies a JSON value without its secrets: every text below a secret's name, at any depth, and what looks like a secret in any other text. */
export function redactJson(value: unknown, known: Iterable<string> = [], secret = false): unknown {
  if (typeof value === 'string') return secret && value !== '' ? HIDDEN : redactText(value, known)
  if (Array.isArray(value)) return value.map((item) => redactJson(item, known, secret))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, redactJson(item, known, secret || SECRET_NAME.test(name))]))
}
