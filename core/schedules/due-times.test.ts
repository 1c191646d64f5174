import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCron } from './cron.ts'
import { dueTimes } from './due-times.ts'
import { openZone } from './time-zone.ts'

const MINUTE = 60_000

/** What the clock of a zone shows, as Intl tells it in full: nothing of ours is used. */
type Reading = { at: number; minute: number; hour: number; day: number; month: number; weekday: number }

function readingsOf(zone: string, from: string, until: string): Reading[] {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    weekday: 'short',
  })
  const readings: Reading[] = []
  for (let at = Date.parse(from); at < Date.parse(until); at += MINUTE) {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
    const [minute, hour, day, month] = [parts['minute'], parts['hour'], parts['day'], parts['month']].map(Number)
    const weekday = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(parts['weekday'] ?? '')
    readings.push({ at, minute, hour, day, month, weekday } as Reading)
  }
  return readings
}

/** A part of a field: `star` with a step, or a range with a step. */
type Part = { star: boolean; low: number; high: number; step: number | null }

/** Matches as robfig/cron v3 does, from its sources: a star with a step is no star. */
type Model = { text: string; matches: (reading: Reading) => boolean }

const fieldOf = (min: number, max: number): fc.Arbitrary<Part[]> => {
  const step = fc.option(fc.integer({ min: 1, max: Math.min(20, max - min + 1) }), { freq: 3 })
  const value = fc.integer({ min, max })
  const range = fc.tuple(value, value).map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }))
  const part: fc.Arbitrary<Part> = fc.oneof(
    step.map((it) => ({ star: true, low: min, high: max, step: it })),
    value.map((it) => ({ star: false, low: it, high: it, step: null })),
    fc.tuple(range, step).map(([it, by]) => ({ star: false, ...it, step: by })),
  )
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant<Part[]>([{ star: true, low: min, high: max, step: null }]) },
    { weight: 4, arbitrary: fc.array(part, { minLength: 1, maxLength: 3 }) },
  )
}

const textOf = (parts: Part[]): string =>
  parts
    .map(({ star, low, high, step }) => {
      const range = star ? '*' : low === high && step === null ? String(low) : `${low}-${high}`
      return step === null ? range : `${range}/${step}`
    })
    .join(',')
const allows = (parts: Part[], value: number): boolean =>
  parts.some(({ low, high, step }) => value >= low && value <= high && (value - low) % (step ?? 1) === 0)
const isStar = (parts: Part[]): boolean => parts.some(({ star, step }) => star && (step ?? 1) === 1)

const model: fc.Arbitrary<Model> = fc
  .tuple(fieldOf(0, 59), fieldOf(0, 23), fieldOf(1, 31), fieldOf(1, 12), fieldOf(0, 6))
  .map(([minute, hour, day, month, weekday]) => ({
    text: [minute, hour, day, month, weekday].map(textOf).join(' '),
    matches: (it) => {
      const [onDay, onWeekday] = [allows(day, it.day), allows(weekday, it.weekday)]
      const days = isStar(day) || isStar(weekday) ? onDay && onWeekday : onDay || onWeekday
      return allows(minute, it.minute) && allows(hour, it.hour) && allows(month, it.month) && days
    },
  }))

const SPANS: [zone: string, from: string, until: string][] = [
  ['Europe/Berlin', '2026-03-20T00:00Z', '2026-04-10T00:00Z'],
  ['Europe/Berlin', '2026-10-15T00:00Z', '2026-11-10T00:00Z'],
  ['America/New_York', '2026-02-25T00:00Z', '2026-03-20T00:00Z'],
  ['America/New_York', '2026-10-25T00:00Z', '2026-11-10T00:00Z'],
  ['Australia/Lord_Howe', '2026-03-25T00:00Z', '2026-04-12T00:00Z'],
  ['Australia/Lord_Howe', '2026-09-25T00:00Z', '2026-10-12T00:00Z'],
  ['America/Santiago', '2026-03-25T00:00Z', '2026-04-12T00:00Z'],
  ['America/Santiago', '2026-08-28T00:00Z', '2026-09-14T00:00Z'],
  ['Asia/Kolkata', '2026-02-20T00:00Z', '2026-03-10T00:00Z'],
  ['Pacific/Apia', '2011-12-20T00:00Z', '2012-01-10T00:00Z'],
  ['America/St_Johns', '2006-10-20T00:00Z', '2006-11-05T00:00Z'],
]

describe('against every minute around changes of the clock', () => {
  test.each(SPANS)('%s from %s', (zone, from, until) => {
    const readings = readingsOf(zone, from, until)
    const [start, end] = [Date.parse(from), Date.parse(until)]
    const inside = fc.integer({ min: start, max: end - 1 })
    fc.assert(
      fc.property(model, inside, inside, (cron, a, b) => {
        const expected = readings.filter(cron.matches).map(({ at }) => at)
        fc.pre(expected.length > 0)
        const due = dueTimes(parseCron(cron.text), openZone(zone))
        const found: number[] = []
        // Long lists are looked at from a few places only.
        const first = expected.length > 400 ? Math.max(start, a - 200 * MINUTE) : start
        for (let at = due.next(first - 1); at < end && found.length < 400; at = due.next(at)) found.push(at)
        expect(found).toEqual(expected.filter((at) => at >= first).slice(0, 400))
        const [after, to] = [Math.min(a, b), Math.max(a, b)]
        const between = expected.filter((at) => at > after && at <= to)
        expect(due.between(after, to)).toEqual(
          between.length === 0 ? undefined : { first: between[0], last: between.at(-1), count: between.length },
        )
      }),
      { numRuns: 60 },
    )
  })
})

const LOCAL = (zone: string) =>
  new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' })

function firstOf(text: string, zone: string, from: string): string[] {
  const due = dueTimes(parseCron(text), openZone(zone))
  const times: number[] = []
  for (let i = 0, at = Date.parse(from); i < 4; i += 1) times.push((at = due.next(at)))
  return times.map((at) => `${new Date(at).toISOString().slice(0, 16)}Z ${LOCAL(zone).format(at)}`)
}

test('a time that the clock leaves out does not come', () => {
  expect(firstOf('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00Z')).toEqual([
    '2026-03-28T01:30Z 2026-03-28 02:30',
    '2026-03-30T00:30Z 2026-03-30 02:30',
    '2026-03-31T00:30Z 2026-03-31 02:30',
    '2026-04-01T00:30Z 2026-04-01 02:30',
  ])
})

test('a time that the clock shows twice comes twice', () => {
  expect(firstOf('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z')).toEqual([
    '2026-10-25T00:30Z 2026-10-25 02:30',
    '2026-10-25T01:30Z 2026-10-25 02:30',
    '2026-10-26T01:30Z 2026-10-26 02:30',
    '2026-10-27T01:30Z 2026-10-27 02:30',
  ])
})

test('a day that a zone left out has no times', () => {
  expect(firstOf('0 12 * * *', 'Pacific/Apia', '2011-12-29T00:00Z').map((it) => it.slice(18, 28))).toEqual([
    '2011-12-29',
    '2011-12-31',
    '2012-01-01',
    '2012-01-02',
  ])
})

test('29 February is found over a year that has none', () => {
  const due = dueTimes(parseCron('0 0 29 2 *'), openZone('Europe/Berlin'))
  expect(new Date(due.next(Date.parse('2096-03-01T00:00Z'))).toISOString()).toBe('2104-02-28T23:00:00.000Z')
})

test('ten years of minutes are counted', () => {
  const due = dueTimes(parseCron('* * * * *'), openZone('Europe/Berlin'))
  const [after, until] = [Date.parse('2026-01-01T00:00Z'), Date.parse('2036-01-01T00:00Z')]
  expect(due.between(after, until)).toEqual({ first: after + MINUTE, last: until, count: (until - after) / MINUTE })
})
