import { newId } from '#core/base/id.ts'
import { didYouMean } from '#core/base/nearest.ts'
import { Problem } from '#core/base/problem.ts'
import { ScheduleDraft, type ScheduleView } from '#core/contract/schedules.ts'
import type { Store } from '#core/store/index.ts'
import type { Runs } from './begin-run.ts'
import { systemClock, type Clock } from './clock.ts'
import { parseCron } from './cron.ts'
import { dueTimes } from './due-times.ts'
import { createEntry, nextTimes, renew, type Entry } from './entry.ts'
import { ScheduleStore } from './schedule-store.ts'
import type { Schedule } from './schedule.ts'
import type { ScheduleService } from './service-types.ts'
import { Timekeeper } from './timekeeper.ts'
import { openZone } from './time-zone.ts'
import { isoTime, occurrenceView, viewOf } from './view.ts'

const SHOWN_OCCURRENCES = 100
const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

export type ScheduleOptions = {
  readonly store: Store
  readonly runs: Runs
  readonly clock?: Clock
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void
}

type Context = {
  readonly runs: Runs
  readonly store: ScheduleStore
  readonly clock: Clock
  readonly keeper: Timekeeper
  readonly changed: () => void
}

/** Opens schedules: settles what an earlier core left, and starts runs by the clock until it is disposed. */
export function openSchedules(options: ScheduleOptions): ScheduleService & Disposable {
  const { runs, onError, clock = systemClock } = options
  const store = new ScheduleStore(options.store)
  const listeners = new Set<() => void>()
  const changed = (): void => {
    for (const listener of listeners) {
      try {
        listener()
      } catch (error) {
        onError(error)
      }
    }
  }
  const keeper = new Timekeeper({ store, runs, clock, onError, onChange: changed })
  const context: Context = { runs, store, clock, keeper, changed }
  keeper.look()
  return {
    ...readingVerbs(context),
    create: (draft) => create(context, draft),
    pause: (name) => pause(context, find(keeper, name)),
    resume: (name) => resume(context, find(keeper, name)),
    delete(name) {
      const { schedule, deleted } = find(keeper, name)
      store.remove(schedule.id)
      keeper.entries.delete(schedule.id)
      deleted.abort()
      keeper.look()
      changed()
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    [Symbol.dispose]: () => keeper.close(),
  }
}

type ReadingVerbs = Pick<ScheduleService, 'list' | 'show' | 'preview' | 'activeCount'>

function readingVerbs(context: Context): ReadingVerbs {
  const { keeper, store, clock } = context
  return {
    list: () =>
      [...keeper.entries.values()]
        .toSorted((a, b) => (a.schedule.name < b.schedule.name ? -1 : 1))
        .map((entry) => view(context, entry)),
    show(name) {
      const entry = find(keeper, name)
      const occurrences = store.occurrences(entry.schedule.id, SHOWN_OCCURRENCES)
      return { ...view(context, entry), occurrences: occurrences.map(occurrenceView) }
    },
    preview(cron, timeZone) {
      const zone = openZone(timeZone)
      const next = nextTimes(dueTimes(parseCron(cron), zone), clock.now())
      return { timeZone: zone.name, next: next.map(isoTime) }
    },
    activeCount: () => [...keeper.entries.values()].filter(({ schedule }) => !schedule.paused).length,
  }
}

async function create(context: Context, draft: ScheduleDraft): Promise<ScheduleView> {
  const { runs, store, clock, keeper, changed } = context
  const { name, cron, timeZone, parameters, parameterTexts, ...rest } = ScheduleDraft.parse(draft)
  const times = { cron: parseCron(cron).text, timeZone: openZone(timeZone).name }
  if (name !== undefined && !DNS_LABEL.test(name)) throw invalidName(name)
  const { file, target } = rest
  const checked = await runs.check({ file, parameters, parameterTexts, target })
  const now = clock.now()
  const schedule: Schedule = {
    ...rest,
    ...times,
    ...checked,
    id: newId<'schedule'>(),
    name: name ?? checked.pipeline,
    paused: false,
    createdAt: now,
    lookedAt: now,
    missed: 0,
    lastRun: null,
  }
  if ([...keeper.entries.values()].some((entry) => entry.schedule.name === schedule.name)) throw taken(schedule.name)
  const entry = createEntry(schedule)
  store.insert(schedule)
  keeper.entries.set(schedule.id, entry)
  keeper.look()
  changed()
  return view(context, entry)
}

/** What is due by now is decided first; what a run that is being started kept back is missed. */
function pause(context: Context, entry: Entry): ScheduleView {
  const { store, clock, keeper, changed } = context
  keeper.look()
  if (!entry.schedule.paused) {
    const { id, lookedAt, missed } = entry.schedule
    const now = clock.now()
    const kept = entry.due.between(lookedAt, now)
    const counted = kept === undefined ? {} : { lookedAt: kept.last, missed: missed + kept.count }
    const paused = { ...entry.schedule, ...counted, paused: true }
    store.transaction(() => {
      if (kept !== undefined) store.addMissed(id, kept, now)
      store.update(paused)
    })
    renew(entry, paused)
    keeper.look()
    changed()
  }
  return view(context, entry)
}

/** Goes on from now; a time that was decided before the clock was set back does not come again. */
function resume(context: Context, entry: Entry): ScheduleView {
  const { store, clock, keeper, changed } = context
  if (entry.schedule.paused) {
    const { lookedAt } = entry.schedule
    const resumed = { ...entry.schedule, lookedAt: Math.max(lookedAt, clock.now()), paused: false }
    store.update(resumed)
    renew(entry, resumed)
    keeper.look()
    changed()
  }
  return view(context, entry)
}

function view({ store, clock }: Context, entry: Entry): ScheduleView {
  return viewOf(entry, store.occurrences(entry.schedule.id, 1)[0], clock.now())
}

/** Throws Problem `not_found`. */
function find({ entries }: Timekeeper, nameOrId: string): Entry {
  const all = [...entries.values()]
  const found = all.find(({ schedule }) => schedule.name === nameOrId) ?? entries.get(nameOrId)
  if (found !== undefined) return found
  const hint = didYouMean(
    nameOrId,
    all.map(({ schedule }) => schedule.name),
  )
  const fix = hint === '' ? ': minisub schedule list shows all' : hint
  throw new Problem('not_found', `there is no schedule "${nameOrId}"${fix}`)
}

function invalidName(name: string): Problem {
  const fix = 'write lower-case letters, digits and hyphens, at most 63, no hyphen at an end'
  return new Problem('invalid_name', `"${name}" is no name of a schedule: ${fix}`, { path: 'name' })
}

function taken(name: string): Problem {
  const fix = `give this one another name, or delete that one with minisub schedule delete ${name}`
  return new Problem('conflict', `there is a schedule "${name}" already: ${fix}`, { path: 'name' })
}
