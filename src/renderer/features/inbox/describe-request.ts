import type { InboxItem } from '../../../shared/models/index.ts'

const MOST = 4_000

/** The agent's own words about what it wants, as readable lines; empty when they say no more than the title. */
export function describeRequest(item: Pick<InboxItem, 'data' | 'title'>): string {
  const { data } = item
  if (data === null || typeof data !== 'object') return typeof data === 'string' && !item.title.includes(data) ? data : ''
  const lines: string[] = []
  for (const [key, value] of Object.entries(data)) {
    const text = typeof value === 'string' ? value : value === null || isEmpty(value) ? '' : JSON.stringify(value, null, 1)
    if (text && !item.title.includes(text)) lines.push(`${key}: ${text}`)
  }
  const whole = lines.join('\n')
  return whole.length > MOST ? `${whole.slice(0, MOST)}\n…` : whole
}

const isEmpty = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).length === 0
