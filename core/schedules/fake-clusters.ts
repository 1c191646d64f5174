import { Problem } from '#core/base/problem.ts'
import type {
  ClusterSchedule,
  ClusterSchedules,
  PushedPipeline,
  ScheduledWorkflow,
  ScheduleListener,
} from '#core/pipelines/index.ts'
import type { Clusters } from './cluster-imports.ts'
import type { FakeRuns } from './fake-runs.ts'

/** One cluster in memory, the target `lab`, whose clock the test is. What there is of pipelines is a text of the test. */
export type FakeClusters = Clusters & {
  /** By id, as the cluster has them. */
  readonly there: Map<string, ClusterSchedule>
  /** What the document says: another text is another version. */
  document: string
  /** Why the cluster cannot be asked; null while it can. */
  away: string | null
  /** The latest time that it says it has begun a run for. */
  startedFor: number | null
  /** Ids whose runs still go on in the cluster. */
  readonly running: Set<string>
  /** The cluster begins a run, or tells of one again. */
  begin(schedule: string, of: Pick<ScheduledWorkflow, 'dueAt'> & Partial<ScheduledWorkflow>): void
  /** The cluster answers again, and says so. */
  comeBack(): void
}

const AWAY = 'no connection to the cluster: look after it'

export function createFakeClusters(runs: FakeRuns): FakeClusters {
  const there = new Map<string, ClusterSchedule>()
  const running = new Set<string>()
  const listeners = new Set<ScheduleListener>()
  const fake: FakeClusters = {
    there,
    running,
    document: 'one',
    away: null,
    startedFor: null,
    begin(schedule, { dueAt, ...of }) {
      const version = there.get(schedule)?.version ?? ''
      const name = `minisub-${schedule}-${dueAt / 1000}`
      const workflow = { schedule, version, name, uid: name, dueAt, createdAt: dueAt, finishedAt: null, ...of }
      for (const listener of listeners) listener.workflow(workflow)
    },
    comeBack() {
      fake.away = null
      for (const listener of listeners) listener.connection(null)
    },
    scheduled: {
      isCluster: (target) => target === 'lab',
      async push({ file }, known) {
        if (fake.document === 'broken') throw new Problem('document_invalid', 'it is broken: mend it')
        if (fake.document === known) return null
        reach(fake)
        return { file, fingerprint: fake.document, frozen: {} } as PushedPipeline
      },
      snapshotOf: () => undefined,
      runOf: ({ uid }) => `run of ${uid}`,
      adopt({ fingerprint }, { uid, createdAt, name }, createdBy) {
        if (runs.all.has(`run of ${uid}`)) return
        runs.all.set(`run of ${uid}`, {
          status: 'running',
          createdBy,
          parameters: { fingerprint, name },
          at: createdAt,
        })
      },
    },
    schedules: schedulesOf(() => fake, listeners),
  }
  return fake
}

/** Lets the cluster be away from now on. */
export function leave(clusters: FakeClusters): void {
  clusters.away = AWAY
}

function reach({ away }: Pick<FakeClusters, 'away'>): void {
  if (away !== null) throw new Problem('cluster_unreachable', away)
}

function schedulesOf(fake: () => FakeClusters, listeners: Set<ScheduleListener>): ClusterSchedules {
  return {
    placeOf: () => 'lab',
    namespaceOf: () => 'ml',
    nameOf: (schedule) => `minisub-${schedule}`,
    async put(schedule, { sayPaused }) {
      reach(fake())
      const paused = sayPaused ? schedule.paused : (fake().there.get(schedule.id)?.paused ?? schedule.paused)
      fake().there.set(schedule.id, { ...schedule, paused })
      const trouble = paused === schedule.paused ? null : 'somebody has suspended it'
      return { trouble, startedFor: fake().startedFor, isGoingOn: fake().running.has(schedule.id) }
    },
    async remove(schedule) {
      reach(fake())
      fake().there.delete(schedule)
      return !fake().running.has(schedule)
    },
    follow(_, listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
