/** A metric's value: JSON has no NaN and no infinities. */
type Value = number | 'NaN' | 'Infinity' | '-Infinity'

/** A value of a metric, short: six digits that count, the whole of an integer; null is a dash. */
export function metricText(value: Value | null): string {
  if (value === null) return '–'
  if (typeof value === 'string') return value.replace('Infinity', '∞')
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return value.toLocaleString()
  const size = Math.abs(value)
  return size < 1e-4 || size >= 1e9
    ? value.toExponential(4)
    : value.toLocaleString(undefined, { maximumSignificantDigits: 6 })
}
