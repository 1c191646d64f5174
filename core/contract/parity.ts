import { z } from 'zod'
import { RUN_STATUSES, STEP_STATUSES } from './events.ts'

/** What two runs are compared in, in the order in which it is told: first what went in, then what came out, then how. */
export const PARITY_ASPECTS = [
  'definition',
  'parameters',
  'lock',
  'code',
  'inputs',
  'keys',
  'steps',
  'states',
  'values',
  'artifacts',
  'metrics',
  'retries',
  'cache',
  'target',
  'images',
  'limits',
] as const
export type ParityAspect = (typeof PARITY_ASPECTS)[number]

/** `note`: what differs by design, such as the target, and forbids nothing. */
const level = z.enum(['same', 'note', 'different'])
export type ParityLevel = z.infer<typeof level>

/** `same_results`: what went in differs, and what came out does not. */
const PARITY_VERDICTS = ['same', 'same_results', 'different'] as const
export type ParityVerdict = (typeof PARITY_VERDICTS)[number]

const text = z.string()
const texts = z.record(text, text)
const time = z.iso.datetime()

/** Where two contents differ first. Texts of both sides are cut; null: that side ends there. */
export const ContentDifference = z.strictObject({
  format: z.enum(['text', 'json', 'csv', 'onnx', 'png', 'bytes']),
  /** Such as `line 3, column 7`, `$.depth`, `row 2, column accuracy`, `initializer W[4]`, `pixel 3, 0` or `byte 812`. */
  place: text,
  a: text.nullable(),
  b: text.nullable(),
  /** One sentence of it. */
  words: text,
})
export type ContentDifference = z.infer<typeof ContentDifference>

/** One thing in which two runs differ. */
export const ParityFinding = z.strictObject({
  aspect: z.enum(PARITY_ASPECTS),
  step: text.nullable(),
  item: z.int().nullable(),
  /** Which parameter, package, file, output or metric; null where there is only one. */
  name: text.nullable(),
  level,
  /** What each run has, in short; null: it has none. */
  a: text.nullable(),
  b: text.nullable(),
  words: text,
  /** Where contents differ first; null where none were looked into. */
  difference: ContentDifference.nullable(),
})
export type ParityFinding = z.infer<typeof ParityFinding>

/** How the runs compare in one aspect. */
const AspectSummary = z.strictObject({
  aspect: z.enum(PARITY_ASPECTS),
  level,
  /** How many things were compared, and how many of these are different or noted. */
  compared: z.int(),
  different: z.int(),
  noted: z.int(),
  /** What each run has, in short. */
  a: text,
  b: text,
  words: text,
})
export type AspectSummary = z.infer<typeof AspectSummary>

const image = z.strictObject({ digest: text, platform: text })

/** A step of one run, its items together. */
const ParityStepSide = z.strictObject({
  /** Null without a fan-out. */
  items: z.int().nullable(),
  states: z.partialRecord(z.enum(STEP_STATUSES), z.int()),
  /** Of a fan-out the sha256 of the keys of its items. */
  key: text.nullable(),
  attempts: z.int(),
  /** Step runs whose outputs this run computed; the others were taken from the cache. */
  computed: z.int(),
  /** sha256 of what all outputs hold; null where there are none. */
  outputs: text.nullable(),
  /** Digest of the environment. */
  environment: text.nullable(),
  images: z.array(image),
  notEnforced: z.array(text),
})
export type ParityStepSide = z.infer<typeof ParityStepSide>

const ParityStep = z.strictObject({
  step: text,
  level,
  /** Null: that run has no such step. */
  a: ParityStepSide.nullable(),
  b: ParityStepSide.nullable(),
})
export type ParityStep = z.infer<typeof ParityStep>

/** How two runs compare. */
export const ParityReport = z.strictObject({
  verdict: z.enum(PARITY_VERDICTS),
  words: text,
  /** How far metrics may be apart, as a part of the larger one, or of 1 where both are smaller. */
  tolerance: z.number(),
  aspects: z.array(AspectSummary),
  steps: z.array(ParityStep),
  /** What is not the same: what went in, then step by step in the order of the pipeline. */
  findings: z.array(ParityFinding),
  /** How many more there were. */
  leftOut: z.int(),
  /** Step runs that both runs have, and how many of these were computed twice, once by or for each. */
  stepRuns: z.strictObject({ compared: z.int(), computedTwice: z.int() }),
})
export type ParityReport = z.infer<typeof ParityReport>

/** What is certified of one run. */
export const ParityRun = z.strictObject({
  run: text,
  pipeline: text,
  pipelineDigest: text,
  target: text,
  kind: z.enum(['process', 'docker', 'cluster']),
  status: z.enum(RUN_STATUSES),
  createdAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  /** By name, as JSON, cut where they are long. */
  parameters: texts,
  /** Environments by name with their digests. */
  lock: texts,
  /** Digest of the code snapshot. */
  code: text,
  /** Inputs that lie beside the document, by step and name, with the sha256 of what they hold. */
  inputs: texts,
})
export type ParityRun = z.infer<typeof ParityRun>

/** The key that a workbench signs with: its public half. */
export const ParityKey = z.strictObject({
  /** 32 bytes of Ed25519 in base64. */
  publicKey: text,
  /** The first 16 hex digits of their sha256. */
  keyId: text,
})
export type ParityKey = z.infer<typeof ParityKey>

/** A report with who signed it. The signature is over the canonical JSON (RFC 8785) of all but itself. */
export const ParityCertificate = z.strictObject({
  version: z.literal(1),
  kind: z.literal('ParityCertificate'),
  createdAt: time,
  workbench: ParityKey.extend({ version: text }),
  a: ParityRun,
  b: ParityRun,
  report: ParityReport,
  verdict: z.enum(PARITY_VERDICTS),
  /** Ed25519, 64 bytes in base64. */
  signature: text,
})
export type ParityCertificate = z.infer<typeof ParityCertificate>
