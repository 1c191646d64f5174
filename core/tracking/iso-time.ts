/** Programs may log any integer as a time; the text of a date goes from year 1 to year 9999. */
const FIRST = Date.parse('0001-01-01T00:00:00.000Z')
const LAST = Date.parse('9999-12-31T23:59:59.999Z')

/** The text (ISO 8601, UTC) of epoch milliseconds; the nearest there is for what lies beyond. */
export function isoTime(ms: number): string {
  return new Date(Math.min(Math.max(ms, FIRST), LAST)).toISOString()
}
