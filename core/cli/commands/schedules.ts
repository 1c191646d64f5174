import { resolve } from 'node:path'
import { valueText } from '#core/base/json.ts'
import { didYouMean } from '#core/base/nearest.ts'
import { Problem } from '#core/base/problem.ts'
import { formatDuration, parseDuration } from '#core/base/quantity.ts'
import { OVERLAPS, type OccurrenceView, type Overlap, type ScheduleView } from '#core/contract/schedules.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { requireFile } from '#core/cli/read-input.ts'
import { columns, counted, plainText } from '#core/cli/text.ts'
import { parseParameters, readParameters } from './run.ts'

export type AddScheduleOptions = {
  readonly cron: string
  readonly name?: string
  readonly timezone?: string
  readonly overlap: string
  readonly startingDeadline: string
  readonly param?: readonly string[]
  readonly params?: string
  readonly target: string
}

const ONLY_WHILE = 'a schedule starts runs only while the core runs'
const ELSEWHERE = 'the cluster starts its runs, also while no core runs: the next core follows them'

/** `minisub schedule add FILE`. */
export async function addScheduleCommand(file: string, options: AddScheduleOptions, context: Context): Promise<number> {
  await requireFile(file)
  const { name, timezone } = options
  const draft = {
    file: resolve(file),
    cron: options.cron,
    overlap: overlapOf(options.overlap),
    startingDeadlineSeconds: wholeSeconds(options.startingDeadline),
    parameterTexts: parseParameters(options.param ?? []),
    parameters: options.params === undefined ? {} : await readParameters(options.params),
    target: options.target,
    ...(name === undefined ? {} : { name }),
    ...(timezone === undefined ? {} : { timeZone: timezone }),
  }
  const client = await connect(context.home)
  const schedule = await client.createSchedule(draft, { onLine: (line) => say(plainText(line)) })
  if (context.json) await printJson(schedule)
  else await print(`${schedule.name} is due next at ${nextText(schedule)}\n`)
  if (schedule.cluster === null) {
    const fix = 'after a restart of the machine start it with `minisub serve`'
    say(`${ONLY_WHILE}: it stays up while a schedule is not paused, and ${fix}`)
  } else sayInCluster(schedule)
  return EXIT.succeeded
}

/** `minisub schedule list`. */
export async function listSchedulesCommand(_options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const { schedules } = await client.listSchedules()
  if (context.json) await printJson({ schedules })
  else if (schedules.length === 0) {
    await print('no schedules: make one with `minisub schedule add pipeline.yaml --cron "0 6 * * *"`\n')
  } else {
    await print(scheduleTable(schedules))
    if (schedules.some(({ cluster }) => cluster === null)) say(ONLY_WHILE)
    for (const schedule of schedules) if (isAmiss(schedule)) sayInCluster(schedule)
  }
  return EXIT.succeeded
}

/** `minisub schedule show NAME`. */
export async function showScheduleCommand(name: string, _options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const schedule = await client.showSchedule({ schedule: name })
  if (context.json) await printJson(schedule)
  else {
    const { occurrences } = schedule
    const rows = occurrences.map((it) => occurrenceRow(it, schedule.timeZone))
    const table =
      rows.length === 0 ? 'it was never due so far\n' : columns([['DUE', 'OUTCOME', 'RUN OR REASON'], ...rows])
    await print(`${columns(scheduleRows(schedule))}\n${table}`)
    if (schedule.cluster === null) say(ONLY_WHILE)
    else sayInCluster(schedule)
  }
  return EXIT.succeeded
}

/** `minisub schedule pause NAME`. */
export async function pauseScheduleCommand(name: string, _options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const schedule = await client.pauseSchedule({ schedule: name })
  await (context.json ? printJson(schedule) : print(`${schedule.name} is paused\n`))
  if (isAmiss(schedule)) sayInCluster(schedule)
  return EXIT.succeeded
}

/** `minisub schedule resume NAME`. */
export async function resumeScheduleCommand(name: string, _options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const schedule = await client.resumeSchedule({ schedule: name })
  await (context.json ? printJson(schedule) : print(`${schedule.name} is due next at ${nextText(schedule)}\n`))
  if (isAmiss(schedule)) sayInCluster(schedule)
  return EXIT.succeeded
}

/** `minisub schedule sync NAME`. */
export async function syncScheduleCommand(name: string, _options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const schedule = await client.syncSchedule({ schedule: name }, { onLine: (line) => say(plainText(line)) })
  await (context.json ? printJson(schedule) : print(`the cluster has ${schedule.name} as it is here\n`))
  return EXIT.succeeded
}

/** `minisub schedule delete NAME`. */
export async function deleteScheduleCommand(name: string, _options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  await client.deleteSchedule({ schedule: name })
  await (context.json ? printJson({ deleted: name }) : print(`deleted ${name}; its runs stay\n`))
  return EXIT.succeeded
}

function scheduleTable(schedules: readonly ScheduleView[]): string {
  const rows = schedules.map((it) => [
    it.name,
    it.pipeline,
    it.cron,
    it.timeZone,
    it.paused ? '-' : nextText(it),
    it.last?.outcome ?? '-',
    String(it.missed),
    it.paused ? 'yes' : 'no',
  ])
  return columns([['NAME', 'PIPELINE', 'CRON', 'ZONE', 'NEXT', 'LAST', 'MISSED', 'PAUSED'], ...rows])
}

function scheduleRows(schedule: ScheduleView): string[][] {
  const { parameters, next, timeZone } = schedule
  const texts = Object.entries(parameters).map(([name, value]) => `${name}=${valueText(value)}`)
  return [
    ['schedule', schedule.name],
    ['pipeline', `${schedule.pipeline} (${plainText(schedule.file)})`],
    ['cron', `${schedule.cron} in ${timeZone}`],
    ['overlap', schedule.overlap],
    ['starting deadline', formatDuration(schedule.startingDeadlineSeconds * 1000)],
    ...(texts.length === 0 ? [] : [['parameters', plainText(texts.join(' '))]]),
    ['target', schedule.target],
    ...clusterRows(schedule),
    ['missed', counted(schedule.missed, 'time')],
    ['next', schedule.paused ? 'paused' : next.map((time) => zonedTime(time, timeZone)).join(', ')],
  ]
}

function clusterRows({ cluster, timeZone }: ScheduleView): string[][] {
  if (cluster === null) return []
  const { name, namespace, frozenAt, pending, trouble } = cluster
  return [
    ['in the cluster', namespace === null ? 'never yet' : `CronWorkflow ${name} in the namespace ${namespace}`],
    ...(frozenAt === null ? [] : [['frozen', zonedTime(frozenAt, timeZone)]]),
    ...(pending === null ? [] : [[namespace === null ? 'not yet there' : 'may differ there', plainText(pending)]]),
    ...(trouble === null ? [] : [['trouble', plainText(trouble)]]),
  ]
}

function isAmiss({ cluster }: ScheduleView): boolean {
  return cluster !== null && (cluster.pending !== null || cluster.trouble !== null)
}

function sayInCluster({ name, cluster }: ScheduleView): void {
  if (cluster === null) return
  const fault =
    cluster.namespace === null ? 'is not yet in the cluster' : 'may differ in the cluster from what it is here'
  if (cluster.pending !== null) say(`${name} ${fault}: ${plainText(cluster.pending)}`)
  else if (cluster.trouble !== null) say(`${name} has trouble in the cluster: ${plainText(cluster.trouble)}`)
  else say(ELSEWHERE)
}

function occurrenceRow(occurrence: OccurrenceView, timeZone: string): string[] {
  const { dueAt, lastDueAt, count, outcome, run, reason } = occurrence
  const due = zonedTime(dueAt, timeZone)
  if (count === 1) return [due, outcome, run ?? plainText(reason ?? '')]
  return [due, outcome, `${counted(count, 'time')} up to ${zonedTime(lastDueAt, timeZone)}`]
}

function nextText({ next, timeZone }: ScheduleView): string {
  return next[0] === undefined ? '-' : zonedTime(next[0], timeZone)
}

/** `2026-11-02 06:00 +01:00`: what the clock of a zone shows, with its distance from UTC. */
function zonedTime(iso: string, timeZone: string): string {
  const date = new Date(iso)
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(date)
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(date)
  const offset = parts.find(({ type }) => type === 'timeZoneName')?.value.replace('GMT', '') ?? ''
  return `${clock} ${offset === '' ? '+00:00' : offset}`
}

function overlapOf(text: string): Overlap {
  const found = OVERLAPS.find((overlap) => overlap === text)
  if (found !== undefined) return found
  throw new Problem('usage', `--overlap: there is no "${text}"${didYouMean(text, OVERLAPS)}`)
}

function wholeSeconds(text: string): number {
  const ms = parseDuration(text)
  if (ms !== undefined && ms % 1000 === 0 && ms <= 365 * 86_400_000) return ms / 1000
  throw new Problem(
    'usage',
    `--starting-deadline wants whole seconds, such as 90s or 10m, of at most 365d and got "${text}"`,
  )
}
