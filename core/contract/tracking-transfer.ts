import { z } from 'zod'

export const IMPORT_KINDS = ['mlflow-db', 'mlruns', 'tensorboard'] as const

/** What to take in. Paths are absolute paths on the machine of the core; nothing there is changed. */
export const ImportRequest = z.strictObject({
  path: z.string().min(1),
  /** Found out by what lies there where absent. */
  kind: z.enum(IMPORT_KINDS).optional(),
  /** Where the files of an MLflow database are, for locations that are relative or on another machine. */
  artifacts: z.string().min(1).optional(),
  /** The experiment that runs of TensorBoard go to; named like the folder where absent. */
  experiment: z.string().min(1).optional(),
  /** Say what would come, take nothing. */
  dryRun: z.boolean().default(false),
})
export type ImportRequest = z.input<typeof ImportRequest>

/** What came, or would come. What is there already from an earlier import is left as it is. */
export const ImportReport = z.object({
  kind: z.enum(IMPORT_KINDS),
  experiments: z.array(z.object({ name: z.string(), id: z.string().nullable(), runs: z.int() })),
  runs: z.int(),
  /** Runs that were here already. */
  known: z.int(),
  points: z.number(),
  artifacts: z.object({ files: z.int(), bytes: z.number() }),
  models: z.int(),
  versions: z.int(),
  /** What was not taken, each with the reason. */
  skipped: z.array(z.object({ what: z.string(), why: z.string() })),
})
export type ImportReport = z.infer<typeof ImportReport>

export const EXPORT_FORMATS = ['parquet', 'csv'] as const

/** What to write, and where: a folder that is made, or is empty. */
export const ExportRequest = z.strictObject({
  folder: z.string().min(1),
  format: z.enum(EXPORT_FORMATS).default('parquet'),
  /** Ids of experiments; all that are not in the trash where absent. */
  experiments: z.array(z.string()).optional(),
  /** As in a search of runs. */
  filter: z.string().max(20_000).default(''),
  /** Whether the files of runs are written too, below `artifacts/`. */
  artifacts: z.boolean().default(false),
})
export type ExportRequest = z.input<typeof ExportRequest>

/**
 * The files that were written: `runs`, `metrics` (every point), `params`, `tags`, `datasets`, one table each; `artifacts/`
 * stands for all files of runs, which count as its rows.
 */
export const ExportReport = z.object({
  folder: z.string(),
  files: z.array(z.object({ path: z.string(), rows: z.number(), bytes: z.number() })),
})
export type ExportReport = z.infer<typeof ExportReport>
