import { expect, test } from 'vitest'
import { allZones, differ, ownZone, zoneFormat } from './zones.ts'

const WINTER = '2026-01-15T12:00:00.000Z'
const SUMMER = '2026-07-15T12:00:00.000Z'

test('a time is written as the clocks of the zone show it', () => {
  expect(zoneFormat('Europe/Berlin').format(Date.parse(WINTER))).toContain('13:00')
  expect(zoneFormat('Europe/Berlin').format(Date.parse(SUMMER))).toContain('14:00')
})

test('the time of a zone that this machine does not know is that of its own zone', () => {
  const time = Date.parse(WINTER)
  expect(zoneFormat('Moon/Tranquility').format(time)).toBe(zoneFormat(ownZone()).format(time))
})

test('zones that read alike at all of the times do not differ', () => {
  expect(differ([WINTER], 'Europe/Berlin', 'Europe/Paris')).toBe(false)
  expect(differ([WINTER], 'Europe/Berlin', 'UTC')).toBe(true)
  expect(differ([WINTER, SUMMER], 'Africa/Lagos', 'Europe/Berlin')).toBe(true)
  expect(differ([], 'Europe/Berlin', 'UTC')).toBe(false)
})

test('all zones hold UTC and the own one, each once', () => {
  const zones = allZones()
  expect(zones).toContain('UTC')
  expect(zones).toContain(ownZone())
  expect(new Set(zones).size).toBe(zones.length)
})
