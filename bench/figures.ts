/** The value of which a share of all is below; NaN of nothing. */
export const percentile = (all: readonly number[], share: number): number =>
  [...all].sort((a, b) => a - b)[Math.floor(all.length * share)] ?? Number.NaN

export const median = (all: readonly number[]): number => percentile(all, 0.5)
