import { isProblem } from '#core/base/problem.ts'
import type { ScheduleInCluster } from '#core/contract/schedules.ts'
import type { ClusterSchedules, ScheduleThere } from '#core/pipelines/index.ts'
import type { Entry } from './entry.ts'
import type { Schedule } from './schedule.ts'
import type { Applied, Version } from './version-store.ts'
import { isoTime } from './view.ts'

export const FIRST_PAUSE_MS = 2_000
const AWAY = new Set(['cluster_unreachable', 'cluster_unauthorized', 'store_unreachable'])
/** What Argo has not begun so long after its time it will not begin. */
const LATE_MS = 2 * 60_000
const COMING = 'it is being put there'

/** What is going on between a schedule and its cluster. */
export type Work = {
  /** One thing after another is done about it. */
  chain: Promise<void>
  /** What it was given last, or is about to be given. */
  version: Version | undefined
  /** Why the cluster does not have it as it is here. */
  fault: string | null
  /** What is wrong with it there. */
  trouble: string | null
  /** Calls off what is planned next. */
  callOff: (() => void) | undefined
  /** Before it is tried again. */
  pauseMs: number
}

export function createWork(): Work {
  const nothing = { version: undefined, fault: null, trouble: null, callOff: undefined }
  return { ...nothing, chain: Promise.resolve(), pauseMs: FIRST_PAUSE_MS }
}

/** Whether a cluster cannot be asked now: what is wished of it is kept until it can. */
export function isAway(error: unknown): boolean {
  return isProblem(error) && AWAY.has(error.code)
}

/** Why the cluster does not have it, in words. */
export function reasonOf(error: unknown): string {
  if (isProblem(error)) return error.message
  if (error instanceof Error && error.name === 'AbortError') return 'it was given up: minisub schedule sync tries again'
  return 'it could not be put there because of a bug: the log of the core says more'
}

export function wishOf({ paused }: Pick<Schedule, 'paused'>): Applied {
  return paused ? 'paused' : 'on'
}

/** Whether the cluster lacks something that is wished. */
export function isWaiting(entry: Entry | undefined, { version, fault }: Work): boolean {
  // One that is deleted here is waiting as long as anything of it is known.
  if (entry === undefined) return version !== undefined
  return fault !== null || version?.applied !== wishOf(entry.schedule)
}

/** Why it should have begun something and has not, in words: Argo does not tell of a clock that it cannot read. */
export function stillness(
  { schedule, due }: Entry,
  { version, there, now }: { readonly version: Version; readonly there: ScheduleThere; readonly now: number },
): string | null {
  const { lookedAt, paused, overlap, timeZone } = schedule
  if (paused || (there.isGoingOn && overlap === 'forbid')) return null
  const until = now - LATE_MS
  const since = Math.max(lookedAt, version.madeAt, there.startedFor ?? 0)
  const late = until > since ? due.between(since, until) : undefined
  if (late === undefined) return null
  const fix = `look whether Argo's controller runs, and whether its log says that it knows the time zone ${timeZone}`
  return `Argo began nothing at ${isoTime(late.last)}: ${fix}`
}

/** What others see of a schedule in its cluster. */
export function inClusterView({ schedule }: Entry, work: Work, clusters: ClusterSchedules): ScheduleInCluster {
  const { version, fault, trouble } = work
  const isThere = version?.applied === wishOf(schedule)
  return {
    name: clusters.nameOf(schedule.id),
    namespace: version === undefined ? null : clusters.namespaceOf(version.pushed.frozen),
    frozenAt: version === undefined ? null : isoTime(version.madeAt),
    pending: fault ?? (isThere ? null : COMING),
    trouble,
  }
}
