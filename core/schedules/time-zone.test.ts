import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openZone } from './time-zone.ts'

const HOUR = 3_600_000

test.each([
  ['Europe/Berlin', 'Europe/Berlin'],
  ['europe/berlin', 'Europe/Berlin'],
  ['Asia/Kolkata', 'Asia/Kolkata'],
  ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  ['Etc/GMT+5', 'Etc/GMT+5'],
  ['utc', 'UTC'],
])('%s is the zone %s', (typed, name) => {
  expect(openZone(typed).name).toBe(name)
})

test.each([
  ['Europe/Berln', 'there is no time zone "Europe/Berln": did you mean "Europe/Berlin"?'],
  ['new york', 'there is no time zone "new york": did you mean "America/New_York"?'],
  ['asia/kolkata', 'there is no time zone "asia/kolkata": did you mean "Asia/Calcutta"?'],
  ['+01:00', 'there is no time zone "+01:00": write a name such as Europe/Berlin'],
  ['Mars', 'there is no time zone "Mars": write a name such as Europe/Berlin'],
])('%s is refused', (typed, message) => {
  expect(() => openZone(typed)).toThrow(expect.objectContaining({ code: 'invalid_time_zone', message }) as Error)
})

test('without a name it is the zone of this machine', () => {
  expect(openZone(undefined).name).toBe(new Intl.DateTimeFormat().resolvedOptions().timeZone)
})

test('a span ends where the clock is set', () => {
  const zone = openZone('Australia/Lord_Howe')
  const change = Date.parse('2026-04-04T15:00Z')
  expect(zone.spanAt(change - 1)).toMatchObject({ until: change, offset: 11 * HOUR })
  expect(zone.spanAt(change)).toMatchObject({ from: change, offset: 10.5 * HOUR })
})

test('any text is a zone or refused', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[A-Z][a-z]{0,6}(\/[A-Z][a-z_]{0,8})?$/)), (typed) => {
      try {
        expect(openZone(typed).spanAt(0).offset).toBeTypeOf('number')
      } catch (error) {
        expect(error).toMatchObject({ name: 'Problem', code: 'invalid_time_zone' })
      }
    }),
  )
})
