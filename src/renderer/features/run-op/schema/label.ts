const ABBREVIATIONS: Readonly<Record<string, string>> = { url: 'URL', id: 'id', json: 'JSON', http: 'HTTP', cpu: 'CPU', env: 'environment' }

/** A parameter's name in words: `expectStatus` is “Expect status”, `deadlineMs` “Deadline (ms)”. */
export function labelOf(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[\s._-]+/)
    .map((word) => ABBREVIATIONS[word.toLowerCase()] ?? word.toLowerCase())
  if (words.length > 1 && words.at(-1) === 'ms') words.splice(-1, 1, '(ms)')
  const text = words.join(' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
