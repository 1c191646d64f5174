import { z } from 'zod'
import { MetricValue, TrackedRunRow } from './tracking.ts'

/** One line of a comparison: a value for each run, in the order of the runs; null where a run has none. */
const line = <Value extends z.ZodType>(value: Value) =>
  z.object({ key: z.string(), values: z.array(value.nullable()), differs: z.boolean() })

/** How runs differ. Lines that are alike are in it too: `differs` tells them apart. */
export const ComparisonView = z.object({
  runs: z.array(TrackedRunRow),
  params: z.array(line(z.string())),
  /** The last value of each series, and folds of it. */
  metrics: z.array(line(z.object({ last: MetricValue, min: z.number().nullable(), max: z.number().nullable() }))),
  tags: z.array(line(z.string())),
  /**
   * Packages by name with their versions: of the lock of a pipeline's step, or of the requirements that a logged model
   * names. `python` is one of the lines. Null of a run: nothing is known of its environment.
   */
  environments: z.object({
    sources: z.array(z.string().nullable()),
    packages: z.array(line(z.string())),
  }),
  /**
   * Files of the code by path with the sha256 of their content. `sources`: such as `snapshot of 01k…` or
   * `git 4f2c…`; of a git commit no files are known here.
   */
  code: z.object({ sources: z.array(z.string().nullable()), files: z.array(line(z.string())) }),
  /** Inputs by name with their digests: data that a program logged, and inputs of a pipeline's step. */
  data: z.array(line(z.string())),
})
export type ComparisonView = z.infer<typeof ComparisonView>

/** A file of the code of two runs; null where a run has it not or it is not text. */
export const CodeDifference = z.object({
  path: z.string(),
  left: z.string().nullable(),
  right: z.string().nullable(),
  /** Why there is no text: `absent`, `binary`, `large`. */
  leftReason: z.enum(['absent', 'binary', 'large']).nullable(),
  rightReason: z.enum(['absent', 'binary', 'large']).nullable(),
})
export type CodeDifference = z.infer<typeof CodeDifference>
