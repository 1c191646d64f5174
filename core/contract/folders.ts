import { z } from 'zod'
import { ProblemIssue } from './http.ts'
import { PipelineView, RunSummary } from './run.ts'

/** A folder in which pipelines are looked for. */
export const FolderView = z.object({
  id: z.string(),
  /** Absolute path on the machine of the core. */
  path: z.string(),
  addedAt: z.iso.datetime(),
  /** `partial`: more files than are looked at, so some pipelines may be missing. */
  state: z.enum(['ready', 'partial', 'missing', 'unreadable']),
  pipelines: z.int(),
})
export type FolderView = z.infer<typeof FolderView>

/** A pipeline document that was found in a folder, or from which runs were started. */
export const PipelineRow = z.object({
  /** First 16 hex digits of the sha256 of the file's path. */
  id: z.string(),
  file: z.string(),
  /** The folder that it was found in; null where only its runs are known. */
  folder: z.string().nullable(),
  /** What the document calls itself; the name of the file where that cannot be read. */
  name: z.string(),
  description: z.string().nullable(),
  state: z.enum(['valid', 'invalid', 'missing']),
  digest: z.string().nullable(),
  /** Number of faults of an invalid document. */
  faults: z.int(),
  /** Number of warnings of a valid one. */
  warnings: z.int(),
  steps: z.int(),
  modifiedAt: z.iso.datetime().nullable(),
  /** The latest runs that were started from this file, newest first, at most five. */
  lastRuns: z.array(RunSummary),
})
export type PipelineRow = z.infer<typeof PipelineRow>

export const PipelineDetail = PipelineRow.extend({
  /** Null where the document is invalid or missing. */
  view: PipelineView.nullable(),
  /** Everything that is wrong with an invalid document. */
  issues: z.array(ProblemIssue),
})
export type PipelineDetail = z.infer<typeof PipelineDetail>

/** Folders below a folder, for choosing one. */
export const FolderListing = z.object({
  path: z.string(),
  parent: z.string().nullable(),
  folders: z.array(z.object({ name: z.string(), path: z.string() })),
  /** True where there are more than are listed. */
  truncated: z.boolean(),
})
export type FolderListing = z.infer<typeof FolderListing>
