/** `1 204`: thousands set apart by a narrow space. */
export const formatCount = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f')

/** US dollars: nothing for nothing, `<$0.01`, `$0.18`, `$21.40`, `$1 204`. */
export function formatMoney(dollars: number): string {
  if (dollars <= 0) return ''
  if (dollars < 0.01) return '<$0.01'
  return dollars < 1_000 ? `$${dollars.toFixed(2)}` : `$${formatCount(Math.round(dollars))}`
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** `0 B`, `38 MB`, `1.2 GB`: powers of ten, two figures at least. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1_000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1_000 ** power
  return `${power > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${UNITS[power]}`
}

/** `1 run`, `3 runs`. */
export const plural = (count: number, one: string, many = `${one}s`): string => `${formatCount(count)} ${count === 1 ? one : many}`
