/**
 * The exponential moving average without the pull towards zero at its beginning. A bucket of several points weighs as
 * many, so that a curve stays the same however finely it was read. What is null stays null and is passed over.
 */
export function smoothed(
  values: readonly (number | null)[],
  weight: number,
  counts: readonly number[] = [],
): (number | null)[] {
  if (weight <= 0) return [...values]
  let [sum, share] = [0, 0]
  return values.map((value, at) => {
    if (value === null) return null
    const keep = weight ** Math.max(1, counts[at] ?? 1)
    sum = sum * keep + value * (1 - keep)
    share = share * keep + (1 - keep)
    return sum / share
  })
}
