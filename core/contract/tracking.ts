import { z } from 'zod'

/** A number of a metric; JSON has no NaN and no infinities, so these are texts. */
export const MetricValue = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])])
export type MetricValue = z.infer<typeof MetricValue>

const TRACKED_STATUSES = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const
/** `deleted`: in the trash, until it is restored or purged. */
const stage = z.enum(['active', 'deleted'])
export const stageQuery = z.enum(['active', 'deleted', 'all']).default('active')
const texts = z.record(z.string(), z.string())

export const ExperimentView = z.object({
  /** An integer from 0 on, as a text. */
  id: z.string(),
  name: z.string(),
  stage,
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  tags: texts,
  /** Runs that are not in the trash. */
  runs: z.int(),
  /** When the latest of them began; null where there is none. */
  lastRunAt: z.iso.datetime().nullable(),
})
export type ExperimentView = z.infer<typeof ExperimentView>

/** Names that runs of some experiments have logged, with how many of these runs have each. Most used first. */
const names = z.array(z.object({ key: z.string(), runs: z.int() }))
export const TrackedColumns = z.object({ metrics: names, params: names, tags: names })
export type TrackedColumns = z.infer<typeof TrackedColumns>

/** What a search answers of each run. A metric may be a fold of its series: `loss@min`, `@max`, `@mean`, `@last`. */
const ColumnChoice = z.strictObject({
  metrics: z.array(z.string()).max(200).default([]),
  params: z.array(z.string()).max(200).default([]),
  tags: z.array(z.string()).max(200).default([]),
})

/** A tracked run as a row of a table. */
export const TrackedRunRow = z.object({
  /** 32 hexadecimal digits. */
  id: z.string(),
  experiment: z.string(),
  name: z.string(),
  user: z.string(),
  status: z.enum(TRACKED_STATUSES),
  stage,
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  /** The run that it is nested in. */
  parent: z.string().nullable(),
  /** The run and step of a pipeline that it is of: both null where a program made it, `step` of a whole run. */
  pipelineRun: z.string().nullable(),
  step: z.string().nullable(),
  /** Of the columns that were asked for, as they were asked for; what the run has not is absent. */
  metrics: z.record(z.string(), MetricValue),
  params: texts,
  tags: texts,
})
export type TrackedRunRow = z.infer<typeof TrackedRunRow>

/** A search over runs, in the filter language of docs/tracking.md. */
export const TrackedRunSearch = z.strictObject({
  experiments: z.array(z.string()).min(1).max(1_000),
  filter: z.string().max(20_000).default(''),
  /** Such as `metrics.loss ASC`; newest first where empty. */
  orderBy: z.array(z.string()).max(20).default([]),
  view: stageQuery,
  limit: z.int().min(1).max(1_000).default(100),
  /** The `next` of the page before. */
  page: z.string().optional(),
  columns: ColumnChoice.default({ metrics: [], params: [], tags: [] }),
  /** Whether to count all that fits. */
  count: z.boolean().default(false),
})
export const TrackedRunPage = z.object({
  runs: z.array(TrackedRunRow),
  next: z.string().nullable(),
  /** How many fit the filter; null where it was not asked. */
  total: z.int().nullable(),
})
export type TrackedRunPage = z.infer<typeof TrackedRunPage>

/** What a filter is made of, for those who write one. */
export const FilterHelpView = z.object({
  identifiers: z.array(
    z.object({
      /** As it is written; where `open`, a key of one's own follows. */
      text: z.string(),
      open: z.boolean(),
      type: z.enum(['text', 'number']),
      operators: z.array(z.string()),
      /** What may follow the key: `@min`. */
      folds: z.array(z.string()),
    }),
  ),
  words: z.array(z.string()),
})
export type FilterHelpView = z.infer<typeof FilterHelpView>

/** A series with its folds over finite values, which are null where there is none. */
const TrackedMetric = z.object({
  key: z.string(),
  last: MetricValue,
  /** Where the last value is: its step, and its time as epoch milliseconds. */
  step: z.number(),
  time: z.number(),
  count: z.int(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  mean: z.number().nullable(),
})

/** A tracked run in full. */
export const TrackedRunView = TrackedRunRow.omit({ metrics: true }).extend({
  experimentName: z.string(),
  parentName: z.string().nullable(),
  metrics: z.array(TrackedMetric),
  datasets: z.array(
    z.object({
      name: z.string(),
      digest: z.string(),
      sourceType: z.string(),
      source: z.string(),
      /** Such as `train`; null where it was not said. */
      context: z.string().nullable(),
    }),
  ),
  /** Models that it logged or read, by their ids. */
  models: z.array(z.object({ id: z.string(), name: z.string(), use: z.enum(['input', 'output']) })),
  /** Versions of registered models that came of it. */
  versions: z.array(z.object({ model: z.string(), version: z.int() })),
  /** How many runs are nested in it. */
  children: z.int(),
  artifactUri: z.string(),
})
export type TrackedRunView = z.infer<typeof TrackedRunView>

/** A file or a folder of a run. */
export const TrackedFile = z.object({ path: z.string(), isFolder: z.boolean(), size: z.number().nullable() })
export type TrackedFile = z.infer<typeof TrackedFile>

/** Which series of which runs, from the pyramids: no more buckets of each than `most`, and no spike is lost. */
export const ChartRequest = z.strictObject({
  series: z
    .array(z.strictObject({ run: z.string(), key: z.string() }))
    .min(1)
    .max(200),
  /** Both inclusive; all where absent. */
  fromStep: z.int().optional(),
  toStep: z.int().optional(),
  most: z.int().min(1).max(4_000).default(1_000),
})
/** Buckets by column, one entry each. Where a range has no more points than `most`, each bucket is a point. */
export const ChartSeries = z.object({
  run: z.string(),
  key: z.string(),
  firstStep: z.array(z.number()),
  lastStep: z.array(z.number()),
  /** Earliest and latest time of its points, epoch milliseconds. */
  firstTime: z.array(z.number()),
  lastTime: z.array(z.number()),
  count: z.array(z.number()),
  /** Of finite values; null where there is none. */
  min: z.array(z.number().nullable()),
  max: z.array(z.number().nullable()),
  /** Null stands for what is not finite. */
  last: z.array(z.number().nullable()),
})
export type ChartSeries = z.infer<typeof ChartSeries>

/** A saved view: what a page shows, as the query of its address. */
export const TrackingView = z.object({
  name: z.string(),
  /** Such as `/experiments/3`. */
  path: z.string(),
  /** Without `?`. */
  query: z.string(),
  updatedAt: z.iso.datetime(),
})
export type TrackingView = z.infer<typeof TrackingView>

/** What is kept on disk of what is tracked. Bytes of artifacts count equal files once. */
export const TrackingDisk = z.object({
  databaseBytes: z.number(),
  artifactBytes: z.number(),
  /** What `purge` would delete now, and free. */
  trash: z.object({ experiments: z.int(), runs: z.int(), models: z.int(), bytes: z.number() }),
  /** `bytes` as if alone; `ownBytes`: of files that nothing else has. Biggest first. */
  experiments: z.array(
    z.object({ id: z.string(), name: z.string(), stage, runs: z.int(), bytes: z.number(), ownBytes: z.number() }),
  ),
  /** The 50 biggest. */
  runs: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      experiment: z.string(),
      stage,
      bytes: z.number(),
      ownBytes: z.number(),
    }),
  ),
})
export type TrackingDisk = z.infer<typeof TrackingDisk>

/** What a purge deleted, or would. */
export const PurgeReport = z.object({
  experiments: z.int(),
  runs: z.int(),
  models: z.int(),
  /** Bytes of files that nothing names any more. */
  bytes: z.number(),
  /** What stays, and why: such as a run that a model version names. */
  kept: z.array(z.object({ what: z.string(), why: z.string() })),
})
export type PurgeReport = z.infer<typeof PurgeReport>
