import { setTimeout as sleep } from 'node:timers/promises'
import { newId } from '#core/base/id.ts'
import { didYouMean } from '#core/base/nearest.ts'
import { Problem } from '#core/base/problem.ts'
import { ScheduleDraft, type ScheduleView } from '#core/contract/schedules.ts'
import type { Progress, PushedPipeline } from '#core/pipelines/index.ts'
import type { Store } from '#core/store/index.ts'
import type { Runs } from './begin-run.ts'
import { ClusterKeeper } from './cluster-keeper.ts'
import { isAway } from './cluster-work.ts'
import type { Clusters } from './cluster-imports.ts'
import { systemClock, type Clock } from './clock.ts'
import { parseCron } from './cron.ts'
import { dueTimes } from './due-times.ts'
import { createEntry, nextTimes, renew, type Entry } from './entry.ts'
import { ScheduleStore } from './schedule-store.ts'
import { checkScheduleName, type Schedule } from './schedule.ts'
import type { ScheduleService } from './service-types.ts'
import { Timekeeper } from './timekeeper.ts'
import { openZone } from './time-zone.ts'
import { versionStore } from './version-store.ts'
import { isoTime, occurrenceView, viewOf } from './view.ts'

const SHOWN_OCCURRENCES = 100
/** How long an answer waits for a cluster. */
const PATIENCE_MS = 8_000

export type ScheduleOptions = {
  readonly store: Store
  readonly runs: Runs
  /** Where absent, no schedule is kept by a cluster. */
  readonly clusters?: Clusters
  readonly clock?: Clock
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void
}

type Context = {
  readonly runs: Runs
  readonly store: ScheduleStore
  readonly clock: Clock
  readonly keeper: Timekeeper
  /** Of schedules that clusters keep; undefined where there are no clusters. */
  readonly elsewhere: ClusterKeeper | undefined
  readonly isElsewhere: (target: string) => boolean
  readonly clusters: Clusters | undefined
  readonly changed: () => void
}

/** Opens schedules: settles what an earlier core left, and starts runs by the clock until it is disposed. */
export function openSchedules(options: ScheduleOptions): ScheduleService & Disposable {
  const { runs, onError, clusters, clock = systemClock } = options
  const isElsewhere = (target: string): boolean => clusters?.scheduled.isCluster(target) ?? false
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
  const keeper = new Timekeeper({ store, runs, clock, isElsewhere, onError, onChange: changed })
  const { entries } = keeper
  const versions = versionStore(options.store)
  const shared = { store, versions, runs, entries, clock, onError, onChange: changed }
  const elsewhere = clusters === undefined ? undefined : new ClusterKeeper({ ...shared, clusters })
  const context: Context = { runs, store, clock, keeper, elsewhere, isElsewhere, clusters, changed }
  keeper.look()
  elsewhere?.begin()
  return {
    ...readingVerbs(context),
    create: (draft, progress = {}) => create(context, draft, progress),
    replace: async (name, draft, progress = {}) =>
      create(context, { ...draft, name }, { ...progress, instead: find(keeper, name) }),
    sync: (name, progress = {}) => sync(context, find(keeper, name), progress),
    inCluster: (name) => inCluster(context, find(keeper, name)),
    pause: (name) => pause(context, find(keeper, name)),
    resume: (name) => resume(context, find(keeper, name)),
    delete(name) {
      const entry = find(keeper, name)
      store.remove(entry.schedule.id)
      forget(context, entry)
      keeper.look()
      changed()
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    [Symbol.dispose]() {
      keeper.close()
      elsewhere?.close()
    },
  }
}

type ReadingVerbs = Pick<ScheduleService, 'list' | 'show' | 'preview' | 'activeCount' | 'neededCount'>

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
    neededCount: () =>
      [...keeper.entries.values()].filter(({ schedule, isElsewhere }) => !isElsewhere && !schedule.paused).length +
      (context.elsewhere?.waiting() ?? 0),
  }
}

/** Ends what goes on for a schedule that is not written any more. */
function forget({ keeper, elsewhere }: Context, { schedule, deleted }: Entry): void {
  keeper.entries.delete(schedule.id)
  deleted.abort()
  elsewhere?.remove(schedule.id)
}

type Creating = Progress & { readonly instead?: Entry }

async function create(
  context: Context,
  draft: ScheduleDraft,
  { instead, ...progress }: Creating,
): Promise<ScheduleView> {
  const { runs, store, clock, keeper, elsewhere, changed } = context
  const { name, cron, timeZone, parameters, parameterTexts, ...rest } = ScheduleDraft.parse(draft)
  const times = { cron: parseCron(cron).text, timeZone: openZone(timeZone).name }
  if (name !== undefined) checkScheduleName(name)
  const { file, target } = rest
  const checked = await runs.check({ file, parameters, parameterTexts, target })
  const isElsewhere = context.isElsewhere(target)
  const pushed = isElsewhere ? await pushFirst(context, { ...checked, target }, progress) : null
  const now = clock.now()
  const schedule: Schedule = {
    ...rest,
    ...times,
    ...checked,
    id: newId<'schedule'>(),
    name: name ?? checked.pipeline,
    paused: instead?.schedule.paused ?? false,
    createdAt: now,
    lookedAt: now,
    missed: 0,
    lastRun: null,
  }
  const others = [...keeper.entries.values()].filter((entry) => entry !== instead)
  if (others.some((entry) => entry.schedule.name === schedule.name)) throw taken(schedule.name)
  const entry = createEntry(schedule, isElsewhere)
  store.transaction(() => {
    if (instead !== undefined) store.remove(instead.schedule.id)
    store.insert(schedule)
    if (pushed !== null) elsewhere?.write(schedule.id, pushed)
  })
  if (instead !== undefined) forget(context, instead)
  keeper.entries.set(schedule.id, entry)
  if (isElsewhere) elsewhere?.add(entry)
  keeper.look()
  changed()
  return inCluster(context, entry)
}

/**
 * What a cluster is to start, frozen before anything is written, so that all that is wrong with it is told now. Null where
 * the cluster is away: then that is done when it is back.
 */
async function pushFirst(
  { clusters }: Context,
  request: { readonly file: string; readonly parameters: Schedule['parameters']; readonly target: string },
  progress: Progress,
): Promise<PushedPipeline | null> {
  try {
    return (await clusters?.scheduled.push(request, null, progress)) ?? null
  } catch (error) {
    if (isAway(error)) return null
    throw error
  }
}

async function sync(context: Context, entry: Entry, progress: Progress): Promise<ScheduleView> {
  const { name, target } = entry.schedule
  if (!entry.isElsewhere) {
    const fix = 'only those of a cluster are kept there'
    throw new Problem('not_supported', `the schedule ${name} is started by this machine (${target}): ${fix}`)
  }
  await context.elsewhere?.sync(entry, { ...progress, force: true })
  return view(context, entry)
}

/** A view after its cluster was told, or it is known why that was not: of what takes longer it says so. */
async function inCluster(context: Context, entry: Entry): Promise<ScheduleView> {
  const { elsewhere } = context
  if (entry.isElsewhere && elsewhere !== undefined) {
    const enough = new AbortController()
    const late = sleep(PATIENCE_MS, undefined, { signal: enough.signal, ref: false }).catch(() => undefined)
    await Promise.race([elsewhere.settled(entry.schedule.id), late])
    enough.abort()
  }
  return view(context, entry)
}

/** What is due by now is decided first; what a run that is being started kept back is missed. */
function pause(context: Context, entry: Entry): ScheduleView {
  const { store, clock, keeper, elsewhere, changed } = context
  keeper.look()
  if (!entry.schedule.paused) {
    const { id, lookedAt, missed } = entry.schedule
    const now = clock.now()
    // What became of times in a cluster is the cluster's to say.
    const kept = entry.isElsewhere ? undefined : entry.due.between(lookedAt, now)
    const counted = kept === undefined ? {} : { lookedAt: kept.last, missed: missed + kept.count }
    const paused = { ...entry.schedule, ...counted, paused: true }
    store.transaction(() => {
      if (kept !== undefined) store.addMissed(id, kept, { decidedAt: now, reason: null })
      store.update(paused)
    })
    renew(entry, paused)
    keeper.look()
    changed()
  }
  if (entry.isElsewhere) elsewhere?.ask(entry, { sayPaused: true })
  return view(context, entry)
}

/** Goes on from now; a time that was decided before the clock was set back does not come again. */
function resume(context: Context, entry: Entry): ScheduleView {
  const { store, clock, keeper, elsewhere, changed } = context
  if (entry.schedule.paused) {
    const { lookedAt } = entry.schedule
    const resumed = { ...entry.schedule, lookedAt: Math.max(lookedAt, clock.now()), paused: false }
    store.update(resumed)
    renew(entry, resumed)
    keeper.look()
    changed()
  }
  if (entry.isElsewhere) elsewhere?.ask(entry, { sayPaused: true })
  return view(context, entry)
}

function view({ store, clock, elsewhere }: Context, entry: Entry): ScheduleView {
  const last = store.occurrences(entry.schedule.id, 1)[0]
  return viewOf(entry, { last, now: clock.now(), cluster: elsewhere?.viewOf(entry) ?? null })
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

function taken(name: string): Problem {
  const fix = `give this one another name, or delete that one with minisub schedule delete ${name}`
  return new Problem('conflict', `there is a schedule "${name}" already: ${fix}`, { path: 'name' })
}
