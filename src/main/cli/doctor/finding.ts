/** What one check found. `mend` says what to do about it. */
export interface Finding {
  readonly level: 'ok' | 'warn' | 'fail'
  readonly text: string
  readonly mend?: string
}

export const fine = (text: string): Finding => ({ level: 'ok', text })
export const warn = (text: string, mend: string): Finding => ({ level: 'warn', text, mend })
export const fails = (text: string, mend: string): Finding => ({ level: 'fail', text, mend })

/** Whether `version` (`2.39.5`) is at least `least` (`2.36`). */
export function isAtLeast(version: string, least: string): boolean {
  const [have, need] = [version, least].map((text) => text.split('.').map(Number))
  for (const [at, wanted] of (need ?? []).entries()) {
    const got = have?.[at] ?? 0
    if (got !== wanted) return got > wanted
  }
  return true
}

/** A finding as it is printed: level, text, and below it how to mend it. */
export function formatFinding({ level, text, mend }: Finding): string {
  return `${level.padEnd(5)} ${text}${mend === undefined ? '' : `\n      ${mend}`}`
}
