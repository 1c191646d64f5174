import { z } from 'zod'
import { RUN_STATUSES, STEP_STATUSES } from './events.ts'
import { jsonValue } from './json.ts'
import type { RunProgress, StepProgress } from './run-progress.ts'
import { RunView, StepView } from './run.ts'

const milliseconds = z.number().nullable()
const counts = z.object({
  succeeded: z.int(),
  failed: z.int(),
  skipped: z.int(),
  cached: z.int(),
  cancelled: z.int(),
  lost: z.int(),
})
const PHASES = ['starting', 'running', 'stopping', 'retrying'] as const

/** A step as a node: what it is, what it waits for, and how far it is. Times are epoch milliseconds. */
export const GraphStep = z.object({
  name: z.string(),
  kind: z.string(),
  /** Steps that have to be final before it, each once. */
  needs: z.array(z.string()),
  isFanOut: z.boolean(),
  hasCondition: z.boolean(),
  status: z.enum(STEP_STATUSES),
  /** Attempts that it, or its items together, have begun. */
  attempts: z.int(),
  /** Number of items; null without a fan-out, and before it is known. */
  total: z.int().nullable(),
  counts,
  active: z.array(z.object({ item: z.int(), attempt: z.int(), since: z.number(), phase: z.enum(PHASES) })),
  startedAt: milliseconds,
  finishedAt: milliseconds,
  reason: z.string().nullable(),
})
export type GraphStep = z.infer<typeof GraphStep>

/**
 * A run with its steps folded: a fan-out is one step with counts. `seq` is the last event that is in it, so a reader
 * goes on with the event stream from `seq + 1` and `reduceProgress`.
 */
export const RunGraph = RunView.omit({ steps: true }).extend({
  createdAt: z.iso.datetime(),
  /** Absolute path of the document that it was started from. */
  file: z.string(),
  /** See `PipelineRow.id`. */
  pipelineId: z.string(),
  parameters: z.record(z.string(), jsonValue),
  /** How many steps may run at once; null where only a cluster says. */
  parallelism: z.int().nullable(),
  cache: z.boolean(),
  /** The run that this one resumes. */
  resumes: z.string().nullable(),
  /** The one step run of that run which plays again here, such as `train[2]`; null where all of a run plays. */
  only: z.string().nullable(),
  /** Name of the schedule that started it. */
  schedule: z.string().nullable(),
  seq: z.int(),
  status: z.enum(RUN_STATUSES),
  cancelling: z.boolean(),
  /** What runs ends by itself, since the run goes on elsewhere. */
  draining: z.boolean(),
  /** What one should know of the run as a whole, such as that the connection to its cluster is lost. */
  notice: z.string().nullable(),
  /** Environments that are being built, and since when. */
  environments: z.array(z.object({ name: z.string(), since: z.number() })),
  steps: z.array(GraphStep),
})
export type RunGraph = z.infer<typeof RunGraph>

/** A page of the items of a fan-out. */
export const ItemPage = z.object({
  items: z.array(StepView),
  /** How many there are that fit the filter. */
  total: z.int(),
})
export type ItemPage = z.infer<typeof ItemPage>

/** The progress of a run at the moment of its graph, to be moved on by `reduceProgress`. */
export function progressOfGraph(graph: RunGraph): RunProgress {
  const steps = graph.steps.map((step): [string, StepProgress] => {
    const { name, status, attempts, total, startedAt, finishedAt, reason } = step
    const active = new Map(step.active.map(({ item, ...rest }) => [item, rest]))
    return [name, { name, status, attempts, total, counts: step.counts, active, startedAt, finishedAt, reason }]
  })
  return {
    seq: graph.seq,
    status: graph.status,
    cancelling: graph.cancelling,
    draining: graph.draining,
    notice: graph.notice,
    startedAt: graph.startedAt === null ? null : Date.parse(graph.startedAt),
    finishedAt: graph.finishedAt === null ? null : Date.parse(graph.finishedAt),
    steps: new Map(steps),
    environments: new Map(graph.environments.map(({ name, since }) => [name, since])),
  }
}
