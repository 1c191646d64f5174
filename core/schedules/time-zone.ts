import { didYouMean } from '#core/base/nearest.ts'
import { Problem } from '#core/base/problem.ts'

const DAY_MS = 86_400_000
/** How far ahead a change is looked for at once. */
const HORIZON_MS = 400 * DAY_MS
const KEPT_SPANS = 100

/** A time during which the clock of a zone is the same distance from UTC: from `from` on, before `until`. */
export type Span = { readonly from: number; readonly until: number; readonly offset: number }

/** The clock of a time zone. Times are epoch ms; a reading is `time + offset`. */
export type Zone = {
  readonly name: string
  /** A span that holds a time; it may end before the offset changes, never after. */
  spanAt(time: number): Span
}

const zones = new Map<string, Zone>()

/** The zone of an IANA name; that of this machine where none is given. Throws Problem `invalid_time_zone`. */
export function openZone(name: string | undefined): Zone {
  const known = zones.get(name ?? '')
  if (name !== undefined && known !== undefined) return known
  const checked = checkedName(name ?? machineZone())
  const zone = zones.get(checked) ?? createZone(checked)
  zones.set(checked, zone)
  return zone
}

function machineZone(): string {
  // Undefined where the variable TZ says something that is no zone.
  const name = new Intl.DateTimeFormat().resolvedOptions().timeZone as string | undefined
  if (name !== undefined) return name
  throw new Problem('invalid_time_zone', "this machine's time zone is not known: name one, such as Europe/Berlin")
}

/** The name as the time zone database spells it. */
function checkedName(name: string): string {
  const found = lookUp(name)
  if (found?.toLowerCase() === name.toLowerCase()) return found
  // Another name of the same zone, as Asia/Kolkata, is kept; its spelling matters to others.
  if (found !== undefined && /^[A-Z]\w*([/+-][A-Za-z0-9]\w*)*$/.test(name)) return name
  const hint = found === undefined ? nearestZone(name) : `: did you mean "${found}"?`
  const fix = hint === '' ? ': write a name such as Europe/Berlin' : hint
  throw new Problem('invalid_time_zone', `there is no time zone "${name}"${fix}`, { path: 'timeZone' })
}

function lookUp(name: string): string | undefined {
  // Offsets such as +01:00 are understood here and not on a cluster.
  if (!/^[A-Za-z]/.test(name)) return undefined
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** A whole name that is near, or the zones of a city that is near. */
function nearestZone(name: string): string {
  const all = Intl.supportedValuesOf('timeZone')
  const near = didYouMean(name, all)
  if (near !== '') return near
  const cityOf = (zone: string): string => zone.slice(zone.lastIndexOf('/') + 1)
  const city = cityOf(name).replaceAll(' ', '_').toLowerCase()
  const meant = /"(.+)"/.exec(didYouMean(city, all.map(cityOf)))?.[1]
  const found = all.filter((zone) => cityOf(zone) === meant).slice(0, 3)
  return found.length === 0 ? '' : `: did you mean ${found.map((zone) => `"${zone}"`).join(' or ')}?`
}

function createZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
  const offsetAt = (time: number): number => offsetOf(format.format(time))
  const spans: Span[] = []
  return {
    name,
    spanAt(time) {
      const known = spans.findLast((span) => span.from <= time && time < span.until)
      if (known !== undefined) return known
      const span = findSpan(time, offsetAt)
      if (spans.push(span) > KEPT_SPANS) spans.shift()
      return span
    },
  }
}

/** The span from a time on. No zone ever changed its offset twice within a day. */
function findSpan(from: number, offsetAt: (time: number) => number): Span {
  const offset = offsetAt(from)
  for (let same = from; same < from + HORIZON_MS; same += DAY_MS) {
    if (offsetAt(same + DAY_MS) === offset) continue
    let [low, high] = [same, same + DAY_MS]
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (offsetAt(middle) === offset) low = middle
      else high = middle
    }
    return { from, until: high, offset }
  }
  return { from, until: from + HORIZON_MS, offset }
}

/** Milliseconds of `11/1/2026, GMT+02:00`. */
function offsetOf(text: string): number {
  const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text)
  if (match === null) throw new Error(`no offset in "${text}"`)
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = match
  const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
  return sign === '-' ? -size : size
}
