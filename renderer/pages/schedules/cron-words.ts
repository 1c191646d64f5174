const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const
const NICKNAMES: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
}

/**
 * The usual forms of a cron expression in words, such as `Every day at 06:00`; undefined for all others, which speak
 * for themselves. Whether an expression is a good one is for the core to say.
 */
export function cronWords(expression: string): string | undefined {
  const text = expression.trim().toLowerCase()
  const fields = (NICKNAMES[text] ?? text).split(/\s+/)
  const [minute, hour, day, month, weekday] = fields
  if (fields.length !== 5 || minute === undefined || hour === undefined) return undefined
  const isEveryDay = day === '*' && month === '*' && weekday === '*'
  if (isEveryDay && hour === '*') return withinHour(minute)
  const minutes = number(minute, 0, 59)
  if (minutes === undefined) return undefined
  const every = everyOf(hour, 24)
  if (isEveryDay && every !== undefined) return `Every ${every} hours, ${atMinute(minutes)}`
  const hours = number(hour, 0, 23)
  const days = daysWords(day ?? '', month ?? '', weekday ?? '')
  if (hours === undefined || days === undefined) return undefined
  return `${days} at ${two(hours)}:${two(minutes)}`
}

function withinHour(minute: string): string | undefined {
  if (minute === '*') return 'Every minute'
  const every = everyOf(minute, 60)
  if (every !== undefined) return `Every ${every} minutes`
  const at = number(minute, 0, 59)
  return at === undefined ? undefined : `Every hour, ${atMinute(at)}`
}

function daysWords(day: string, month: string, weekday: string): string | undefined {
  if (day === '*' && month === '*') return weekday === '*' ? 'Every day' : weekdayWords(weekday)
  const date = number(day, 1, 31)
  if (date === undefined || weekday !== '*') return undefined
  if (month === '*') return `On day ${date} of every month`
  const name = MONTHS[(named(month, MONTHS) ?? number(month, 1, 12) ?? 0) - 1]
  return name === undefined ? undefined : `Every year on ${date} ${name}`
}

function weekdayWords(weekday: string): string | undefined {
  const range = weekday.split('-')
  if (range.length === 2) {
    const [from, to] = range.map(dayName)
    return from === undefined || to === undefined || from === to ? undefined : `${from} to ${to}`
  }
  const names = weekday.split(',').map(dayName)
  if (names.some((name) => name === undefined) || new Set(names).size !== names.length) return undefined
  const last = names.at(-1) ?? ''
  return names.length === 1 ? `Every ${last}` : `Every ${names.slice(0, -1).join(', ')} and ${last}`
}

function dayName(text: string): string | undefined {
  const index = number(text, 0, 7) ?? (named(text, DAYS) ?? 0) - 1
  return DAYS[index === 7 ? 0 : index]
}

/** Counted from 1: the place of the name that begins with these three letters. */
function named(text: string, names: readonly string[]): number | undefined {
  const index = names.findIndex((name) => name.slice(0, 3).toLowerCase() === text)
  return index < 0 ? undefined : index + 1
}

/** The n of a star and a stroke where it divides the whole, so that all distances are the same. */
function everyOf(field: string, whole: number): number | undefined {
  const step = number(/^\*\/(\d+)$/.exec(field)?.[1] ?? '', 2, whole - 1)
  return step === undefined || whole % step !== 0 ? undefined : step
}

function number(text: string, minimum: number, maximum: number): number | undefined {
  if (!/^\d{1,2}$/.test(text)) return undefined
  const value = Number(text)
  return value < minimum || value > maximum ? undefined : value
}

function atMinute(minute: number): string {
  if (minute === 0) return 'on the hour'
  return minute === 1 ? '1 minute past' : `${minute} minutes past`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
