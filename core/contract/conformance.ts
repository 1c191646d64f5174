import { z } from 'zod'

/** The name of a case: lower-case words with hyphens. */
export const CASE_NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/

/** A case of the suite that every target must pass. */
export const ConformanceCaseView = z.object({
  name: z.string().regex(CASE_NAME),
  /** What it belongs to: `edges`, `values`, … */
  group: z.string(),
  /** What holds when it passes, in one sentence. */
  description: z.string(),
  /** Limits that a target must enforce for it to count, such as `memory`; elsewhere it is skipped. */
  needs: z.array(z.string()),
})
export type ConformanceCaseView = z.infer<typeof ConformanceCaseView>

const CASE_STATUSES = ['passed', 'failed', 'skipped'] as const
export type CaseStatus = (typeof CASE_STATUSES)[number]

/** What became of a case on a target. */
export const ConformanceResult = z.object({
  name: z.string(),
  group: z.string(),
  description: z.string(),
  status: z.enum(CASE_STATUSES),
  seconds: z.number(),
  /** The first difference between what is wanted and what was found, or why it was skipped; null when it passed. */
  reason: z.string().nullable(),
  /** sha256 over the keys of all its steps, which is the same on every target; null where no step had one. */
  keys: z.string().nullable(),
  finishedAt: z.iso.datetime(),
})
export type ConformanceResult = z.infer<typeof ConformanceResult>

/** A target compared with the suite; `passed`, `failed` and `skipped` count its cases. */
export const ConformanceReport = z.object({
  target: z.string(),
  /** Of Mini-Submarine. */
  version: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  passed: z.int(),
  failed: z.int(),
  skipped: z.int(),
  /** In the order of the suite; a case that was never asked for is not in it. */
  cases: z.array(ConformanceResult),
})
export type ConformanceReport = z.infer<typeof ConformanceReport>

/** A comparison that goes on now. */
export const ConformanceProgress = z.object({
  target: z.string(),
  startedAt: z.iso.datetime(),
  /** How many cases were asked for. */
  total: z.int(),
  /** Those that are done, in the order in which they ended. */
  done: z.array(ConformanceResult),
})
export type ConformanceProgress = z.infer<typeof ConformanceProgress>

/** The suite, the latest report of each target, and what goes on. */
export const ConformanceView = z.object({
  cases: z.array(ConformanceCaseView),
  reports: z.array(ConformanceReport),
  running: z.array(ConformanceProgress),
})
export type ConformanceView = z.infer<typeof ConformanceView>
