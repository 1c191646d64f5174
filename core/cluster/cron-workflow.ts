import type { ClusterSchedule, ScheduledWorkflow, ScheduleThere } from '#core/pipelines/index.ts'
import type { KubeObject } from '#core/runtimes/cluster.ts'
import { MANAGER, MANAGER_LABEL } from './compile-labels.ts'
import { HOME_LABEL, SCHEDULE_LABEL, VERSION_LABEL } from './resources.ts'
import type { ArgoLimits, ArgoObject } from './types.ts'
import type { SeenWorkflow } from './workflow-watch.ts'

const POLICIES = { allow: 'Allow', forbid: 'Forbid', replace: 'Replace' } as const
/** Workflows of each kind, ended well or not, that stay for a core that was away; none stays for longer than two weeks. */
const KEPT_WORKFLOWS = 1_000
/** Argo writes down here by which times it has gone before; without it, nothing that has passed is made up for. */
export const LAST_USED_ANNOTATION = 'cronworkflows.argoproj.io/last-used-schedule'
const NAME_ANNOTATION = 'mini-submarine/schedule-name'
const TIME_ANNOTATION = 'workflows.argoproj.io/scheduled-time'

/** What a schedule is called in a cluster: Argo takes at most 52 characters. */
export function cronWorkflowName(schedule: string): string {
  return `minisub-${schedule}`
}

/** The labels of all that a schedule makes. */
export function scheduleLabels(
  { id, version }: Pick<ClusterSchedule, 'id' | 'version'>,
  home: string,
): ArgoObject['metadata']['labels'] {
  return { [HOME_LABEL]: home, [SCHEDULE_LABEL]: id, [VERSION_LABEL]: version }
}

type CronWorkflow = {
  readonly apiVersion: string
  readonly kind: 'CronWorkflow'
  readonly metadata: ArgoObject['metadata']
  readonly spec: Readonly<Record<string, unknown>>
}

/** A schedule as Argo takes it: what `parseCron` takes, its time zone and its policies mean there what they mean here. Pure. */
export function cronWorkflowOf(
  schedule: ClusterSchedule,
  { metadata, spec }: Pick<ArgoObject, 'metadata' | 'spec'>,
  { home, limits }: { readonly home: string; readonly limits: Pick<ArgoLimits, 'version'> },
): CronWorkflow {
  const { id, name, cron, timeZone, overlap, startingDeadlineSeconds, paused } = schedule
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'CronWorkflow',
    metadata: {
      name: cronWorkflowName(id),
      labels: { [MANAGER_LABEL]: MANAGER, ...scheduleLabels(schedule, home) },
      annotations: { [NAME_ANNOTATION]: name, ...metadata.annotations },
    },
    spec: {
      // 3.5 knows no list, and 4 nothing else.
      ...(limits.version.startsWith('3') ? { schedule: cron } : { schedules: [cron] }),
      timezone: timeZone,
      concurrencyPolicy: POLICIES[overlap],
      // For 3.5 a deadline of 0 is none.
      startingDeadlineSeconds: Math.max(1, startingDeadlineSeconds),
      suspend: paused,
      successfulJobsHistoryLimit: KEPT_WORKFLOWS,
      failedJobsHistoryLimit: KEPT_WORKFLOWS,
      workflowMetadata: { labels: metadata.labels, annotations: metadata.annotations },
      workflowSpec: spec,
    },
  }
}

type Tree = Readonly<Record<string, unknown>>

/** The merge patch that makes one tree of JSON into another: what is no longer wanted is null in it. */
export function mergePatch(from: Tree, to: Tree): Tree {
  const gone = Object.keys(from).filter((key) => to[key] === undefined)
  const changed = Object.entries(to).map(([key, value]) => {
    const before = from[key]
    return [key, isTree(value) && isTree(before) ? mergePatch(before, value) : value] as const
  })
  return { ...Object.fromEntries(gone.map((key) => [key, null])), ...Object.fromEntries(changed) }
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What Argo finds wrong with a CronWorkflow, in its own words; null where nothing. */
export function troubleOf(object: KubeObject): string | null {
  const { conditions = [] } = (object['status'] ?? {}) as { conditions?: readonly Condition[] }
  const words = conditions.filter(({ status }) => status === 'True').map(({ type, message }) => `${type}: ${message}`)
  return words.length === 0 ? null : words.join('; ')
}

/** What Argo has begun by it. */
export function progressOf(object: KubeObject): Pick<ScheduleThere, 'startedFor' | 'isGoingOn'> {
  const { lastScheduledTime, active } = (object['status'] ?? {}) as {
    readonly lastScheduledTime?: string | null
    readonly active?: readonly object[] | null
  }
  const startedFor = Date.parse(lastScheduledTime ?? '')
  return { startedFor: Number.isNaN(startedFor) ? null : startedFor, isGoingOn: (active ?? []).length > 0 }
}

type Condition = { readonly type: string; readonly status: string; readonly message: string }

/** A Workflow that a schedule has made; undefined for any other. */
export function scheduledWorkflow({ metadata, view }: SeenWorkflow): ScheduledWorkflow | undefined {
  const { name, uid = '', labels = {}, annotations = {}, creationTimestamp = '' } = metadata
  const [schedule, version] = [labels[SCHEDULE_LABEL], labels[VERSION_LABEL]]
  if (schedule === undefined || version === undefined) return undefined
  const createdAt = Date.parse(creationTimestamp)
  const dueAt = Date.parse(annotations[TIME_ANNOTATION] ?? creationTimestamp)
  return { schedule, version, name, uid, dueAt, createdAt, finishedAt: view.finishedAt }
}
