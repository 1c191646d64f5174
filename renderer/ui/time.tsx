import { Text, Tooltip } from '@mantine/core'
import { useEffect, useState } from 'react'

const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' })
const ABSOLUTE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const UNITS = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30],
  ['month', 12],
  ['year', Number.POSITIVE_INFINITY],
] as const

/** A duration in ms for people: `340 ms`, `12.3 s`, `4 m 05 s`, `2 h 07 m`, `3 d 4 h`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`
  const seconds = ms / 1_000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const whole = Math.floor(seconds)
  const two = (value: number) => String(value).padStart(2, '0')
  if (whole < 3_600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`
  if (whole < 86_400) return `${Math.floor(whole / 3_600)} h ${two(Math.floor((whole % 3_600) / 60))} m`
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3_600)} h`
}

/** Date and time of day, in the way of the reader's language. */
export function absoluteText(time: number): string {
  return ABSOLUTE.format(time)
}

/** A time of the core's answers as epoch ms, null as null. */
export function epochOf(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso)
}

/** How long ago or ahead a time is, in words. */
export function relativeText(time: number, now: number): string {
  let value = (time - now) / 1_000
  for (const [unit, size] of UNITS) {
    if (Math.abs(value) < size) return RELATIVE.format(Math.round(value), unit)
    value /= size
  }
  return ABSOLUTE.format(time)
}

/** Now, again every so many ms; without an interval it stands still at the last. */
export function useNow(everyMs: number | undefined): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (everyMs === undefined) return undefined
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

type TimeProps = { readonly iso: string | null; readonly empty?: string }

/** A time relative to now, with the exact time in a tooltip and for machines. */
export function Time({ iso, empty = '–' }: TimeProps) {
  // Begun anew for another time, which would else be told by a clock of up to half a minute ago.
  return iso === null ? (
    <Text span inherit>
      {empty}
    </Text>
  ) : (
    <KnownTime key={iso} iso={iso} />
  )
}

function KnownTime({ iso }: { readonly iso: string }) {
  const now = useNow(30_000)
  const time = Date.parse(iso)
  return (
    <Tooltip label={ABSOLUTE.format(time)}>
      <time dateTime={iso}>{relativeText(time, now)}</time>
    </Tooltip>
  )
}

type DurationProps = { readonly from: number | null; readonly to: number | null }

/** The time between two epoch times in ms; what has not ended yet counts on every second. */
export function Duration({ from, to }: DurationProps) {
  const now = useNow(from !== null && to === null ? 1_000 : undefined)
  if (from === null) return <>–</>
  return <>{durationText((to ?? now) - from)}</>
}
