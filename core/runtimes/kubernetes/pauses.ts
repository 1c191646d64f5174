/** Pauses between tries: each twice as long as the one before, within a bound, and a little shorter by chance. */
export type PauseOptions = { readonly firstMs: number; readonly mostMs: number }

/** The pause before a try, in milliseconds; `failures` that came in a row count from 1. */
export function pauseAfter(failures: number, { firstMs, mostMs }: PauseOptions): number {
  const whole = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30))
  return whole * (0.75 + Math.random() / 4)
}
