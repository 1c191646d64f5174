import { z } from 'zod'

/** Why an attempt failed, as far as one of the known causes fits what is known of it: docs/failures.md lists them. */
export const Explanation = z.object({
  /** Of the rule that fits, such as `module-missing`; stays the same from version to version. */
  id: z.string(),
  /** What happened, in one sentence. */
  sentence: z.string(),
  /** Why, as far as what is known tells; it says so where it is a guess. */
  cause: z.string(),
  /** What to do about it. */
  fix: z.string(),
  /** The line of the log of the attempt that says so, from 1; null where it is told elsewhere. */
  logLine: z.int().nullable(),
  /** That line, or the words of the cluster or the engine, cut after 400 characters; null where an exit code says it. */
  quote: z.string().nullable(),
})
export type Explanation = z.infer<typeof Explanation>

/** What is known of the end of an attempt, or of why it waits. Both are null of one that neither failed nor waits. */
export const StepFailure = z.object({
  /** The attempt that is explained, from 1; null where the step failed before there was any. */
  attempt: z.int().nullable(),
  /** Null where none of the known causes fits. */
  explanation: Explanation.nullable(),
})
export type StepFailure = z.infer<typeof StepFailure>
