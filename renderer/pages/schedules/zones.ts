/** The time zone of this browser. */
export function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** All time zones that may be chosen, in the order of their names; browsers leave out UTC. */
export function allZones(): readonly string[] {
  return [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', ownZone()])].toSorted()
}

/** How times of a zone are written; where the browser does not know the zone, those of its own, which are named in them. */
export function zoneFormat(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(undefined, {
    weekday: 'short',
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
    ...(isKnown(zone) ? { timeZone: zone } : {}),
  })
}

/** Whether any of the times reads otherwise in one zone than in the other. */
export function differ(times: readonly string[], zone: string, other: string): boolean {
  if (zone === other) return false
  const [one, two] = [zoneFormat(zone), zoneFormat(other)]
  return times.some((iso) => one.format(Date.parse(iso)) !== two.format(Date.parse(iso)))
}

function isKnown(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat(undefined, { timeZone: zone }) instanceof Intl.DateTimeFormat
  } catch {
    return false
  }
}
