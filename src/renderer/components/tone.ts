/** What a colour says: `run` is at work, `need` waits for a person, `fail` failed, `ok` ended well, `idle` waits or was cancelled. */
export type Tone = 'run' | 'need' | 'fail' | 'ok' | 'idle'

/** Joins class names, leaving out what is false. */
export const classes = (...names: (string | false | null | undefined)[]): string => names.filter(Boolean).join(' ')
