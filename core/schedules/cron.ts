import { didYouMean } from '#core/base/nearest.ts'
import { Problem } from '#core/base/problem.ts'

/** A cron expression that croner and robfig/cron v3 (Argo, Kubernetes) understand alike. */
export type Cron = {
  /** As it is stored and shown. */
  readonly text: string
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  /** Day of month, month and day of week, each `*` or a list of numbers. */
  readonly days: string
}

type Field = {
  readonly name: string
  readonly min: number
  readonly max: number
  /** Names of the values from `min` on. */
  readonly names: readonly string[]
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const MINUTE: Field = { name: 'minute', min: 0, max: 59, names: [] }
const HOUR: Field = { name: 'hour', min: 0, max: 23, names: [] }
const DAY: Field = { name: 'day of month', min: 1, max: 31, names: [] }
const MONTH: Field = { name: 'month', min: 1, max: 12, names: MONTHS }
const WEEKDAY: Field = { name: 'day of week', min: 0, max: 6, names: WEEKDAYS }

const MACROS: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
}
const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const SHAPE = 'write five fields: minute, hour, day of month, month, day of week'

/** What a field allows; a star is more than all its values: it leaves the choice to the other field of days. */
type Values = { readonly star: boolean; readonly values: readonly number[]; readonly text: string }

/** Reads an expression. Throws Problem `invalid_cron` that names the field and the fix. */
export function parseCron(expression: string): Cron {
  const typed = expression.trim()
  const macro = typed.startsWith('@') ? macroOf(typed) : undefined
  const fields = (macro ?? typed).split(/[ \t]+/)
  refuseShape(fields, expression)
  const read = (i: number, field: Field): Values => readField({ field, expression }, fields[i] ?? '')
  const [minute, hour] = [read(0, MINUTE), read(1, HOUR)]
  const [day, month, weekday] = [read(2, DAY), read(3, MONTH), read(4, WEEKDAY)]
  if (weekday.star && !day.star && neverComes(day.values, month.values)) {
    const fix = 'correct the day of month or the month'
    throw invalid(expression, `no month that it names has a day ${Math.min(...day.values)}: ${fix}`)
  }
  return {
    text:
      macro === undefined ? [minute, hour, day, month, weekday].map(({ text }) => text).join(' ') : typed.toLowerCase(),
    minutes: minute.values,
    hours: hour.values,
    days: [day, month, weekday].map(({ star, values }) => (star ? '*' : values.join(','))).join(' '),
  }
}

function macroOf(typed: string): string {
  const name = typed.toLowerCase()
  if (Object.hasOwn(MACROS, name)) return MACROS[name] ?? ''
  if (name.startsWith('@every')) throw invalid(typed, `@every is not taken: ${SHAPE}, such as */5 * * * *`)
  throw invalid(typed, `there is no such name${didYouMean(name, Object.keys(MACROS))}`)
}

function refuseShape(fields: readonly string[], expression: string): void {
  if (/^(CRON_)?TZ=/i.test(fields[0] ?? '')) {
    throw invalid(expression, 'a time zone does not belong into it: give the time zone apart')
  }
  if (fields.length === 6) throw invalid(expression, `it has six fields, and there are no seconds: ${SHAPE}`)
  if (fields.length !== 5) {
    const count = fields[0] === '' ? 'it is empty' : `it has ${fields.length} field${fields.length === 1 ? '' : 's'}`
    throw invalid(expression, `${count}: ${SHAPE}`)
  }
}

/** 30 February, 31 April: the day of the week is free, and no month has such a day. */
function neverComes(days: readonly number[], months: readonly number[]): boolean {
  const first = Math.min(...days)
  return months.every((month) => (LONGEST_MONTHS[month - 1] ?? 0) < first)
}

type Place = { readonly field: Field; readonly expression: string }

function readField(place: Place, text: string): Values {
  const found = new Set<number>()
  let star = false
  for (const part of text.split(',')) {
    const { low, high, step, isStar } = readPart(place, part)
    star ||= isStar
    for (let value = low; value <= high; value += step) found.add(place.field === WEEKDAY ? value % 7 : value)
  }
  const values = [...found].toSorted((a, b) => a - b)
  // Elsewhere no day of the week is 7: what has one is written anew.
  const hasSeven = place.field === WEEKDAY && /(^|[,-])0*7/.test(text)
  return { star, values, text: hasSeven ? values.join(',') : text }
}

type Part = { readonly low: number; readonly high: number; readonly step: number; readonly isStar: boolean }

function readPart(place: Place, part: string): Part {
  const match = /^(?:([*?])|(\w+)(?:-(\w+))?)(?:\/(\d{1,4}))?$/.exec(part)
  if (match === null) throw partProblem(place, part)
  const { field } = place
  const [, star, first, last, stepText] = match
  const step = stepText === undefined ? 1 : Number(stepText)
  if (step < 1 || step > field.max - field.min + 1) {
    throw fieldProblem(place, part, `a step is from 1 to ${field.max - field.min + 1}`)
  }
  if (star !== undefined) return { low: field.min, high: field.max, step, isStar: step === 1 }
  const low = valueOf(place, part, first ?? '')
  const open = stepText === undefined ? low : field.max
  const high = last === undefined ? open : valueOf(place, part, last)
  if (low > high)
    throw fieldProblem(
      place,
      part,
      `a range begins with its smaller value: write a list, such as ${field.max},${field.min}`,
    )
  return { low, high, step, isStar: false }
}

function valueOf(place: Place, part: string, text: string): number {
  const { field } = place
  const named = field.names.indexOf(text.toUpperCase())
  if (named >= 0) return named + field.min
  const max = field === WEEKDAY ? 7 : field.max
  if (/^\d{1,2}$/.test(text) && Number(text) >= field.min && Number(text) <= max) return Number(text)
  if (/^\d+$/.test(text)) throw fieldProblem(place, part, `write a number from ${field.min} to ${field.max}`)
  throw partProblem(place, part)
}

/** What others may read and we do not, since it would not mean the same on a cluster. */
function partProblem(place: Place, part: string): Problem {
  const { min, max, names } = place.field
  const known = names.length === 0 ? '' : ` or ${names[0]} to ${names.at(-1)}`
  const fix = `write *, numbers from ${min} to ${max}${known}, ranges, lists or steps`
  const isSpecial = /[#+]|(?<![A-Z])[LW]{1,2}(?![A-Z])|^[A-Z]{3}L$/i.test(part)
  return fieldProblem(place, part, isSpecial ? `L, W, # and + are not the same everywhere: ${fix}` : fix)
}

function fieldProblem({ field, expression }: Place, part: string, fix: string): Problem {
  return invalid(expression, `"${part}" is no ${field.name}: ${fix}`)
}

function invalid(expression: string, why: string): Problem {
  return new Problem('invalid_cron', `the cron expression "${expression}" is not valid, ${why}`, { path: 'cron' })
}
