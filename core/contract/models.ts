import { z } from 'zod'
import { jsonValue } from './json.ts'
import { MetricValue } from './tracking.ts'

export const MODEL_STAGES = ['None', 'Staging', 'Production', 'Archived'] as const
const texts = z.record(z.string(), z.string())

export const VersionRow = z.object({
  model: z.string(),
  version: z.int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  user: z.string().nullable(),
  stage: z.enum(MODEL_STAGES),
  description: z.string(),
  /** As it was given: `runs:/…`, `models:/m-…`. */
  source: z.string(),
  /** The tracked run that it came of; null where none is known. */
  run: z.string().nullable(),
  aliases: z.array(z.string()),
  tags: texts,
})
export type VersionRow = z.infer<typeof VersionRow>

export const ModelRow = z.object({
  name: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  description: z.string(),
  tags: texts,
  aliases: z.array(z.object({ alias: z.string(), version: z.int() })),
  versions: z.int(),
  /** The newest; null where there is none. */
  latest: z.int().nullable(),
})
export type ModelRow = z.infer<typeof ModelRow>

/** A column or tensor of what a model takes or gives. */
const Field = z.object({ name: z.string(), type: z.string(), shape: z.string().nullable(), required: z.boolean() })
export const ModelSignature = z.object({ inputs: z.array(Field), outputs: z.array(Field), params: z.array(Field) })

/** Where a version came from, and what else that is used in: a graph to draw from left to right. */
export const LineageView = z.object({
  nodes: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['data', 'code', 'environment', 'pipeline', 'run', 'step', 'model', 'version', 'alias']),
      label: z.string(),
      /** One line more, such as a digest; null where there is none. */
      detail: z.string().nullable(),
      /** Address of its page in the workbench; null where it has none. */
      page: z.string().nullable(),
    }),
  ),
  /** Ids of nodes. */
  edges: z.array(z.object({ from: z.string(), to: z.string() })),
})
export type LineageView = z.infer<typeof LineageView>

export const VersionView = VersionRow.extend({
  /** Of the MLmodel file; null where there is none. */
  signature: ModelSignature.nullable(),
  /** Ways to load it: `sklearn`, `python_function`, `onnx`. */
  flavors: z.record(z.string(), jsonValue),
  requirements: z.array(z.string()),
  params: texts,
  metrics: z.record(z.string(), MetricValue),
  lineage: LineageView,
  files: z.int(),
  bytes: z.number(),
})
export type VersionView = z.infer<typeof VersionView>

/** A file of a version; `sha256` is that of its content, in hex. */
export const VersionFile = z.object({ path: z.string(), size: z.number(), sha256: z.string() })

const line = z.object({
  key: z.string(),
  left: z.string().nullable(),
  right: z.string().nullable(),
  differs: z.boolean(),
})
/** How two versions of a model differ; lines that are alike are in it too. */
export const VersionDifference = z.object({
  left: VersionRow,
  right: VersionRow,
  params: z.array(line),
  metrics: z.array(line),
  tags: z.array(line),
  requirements: z.array(line),
  signature: z.array(line),
  /** Paths with the sha256 of their content. */
  files: z.array(line),
})
export type VersionDifference = z.infer<typeof VersionDifference>
