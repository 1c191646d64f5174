import { z } from 'zod'
import { Cost } from './prices.ts'

/** Milliseconds; of several attempts together. */
const times = {
  /** Waited for a turn, for the end of a backoff, or for a place in a cluster. */
  queueMs: z.number(),
  /** From its turn to the beginning of its command: environment, code, inputs, container. */
  startMs: z.number(),
  /** The command itself. */
  runMs: z.number(),
  /** From the end of its command until its outputs were stored. */
  collectMs: z.number(),
}

/** By the price file; each null where it has no prices, or too little is known. */
const money = {
  cost: Cost.nullable(),
  /** Watt hours. */
  energyWh: z.number().nullable(),
}

/** Better requests of a step, as a document writes them. */
export const ResourceProposal = z.object({
  /** Cores; null where what it asks for is good, or it asks for none. */
  cpu: z.number().nullable(),
  /** Such as `384Mi`; null where what it asks for is good. */
  memory: z.string().nullable(),
  /** In one sentence, from what was measured. */
  because: z.string(),
})
export type ResourceProposal = z.infer<typeof ResourceProposal>

/** Where the time of a step went, with all of its items and attempts, and what it used of what it asked for. */
export const StepUsage = z.object({
  name: z.string(),
  /** Those that ran or wait; none of a step that was cached or skipped. */
  attempts: z.int(),
  ...times,
  /** What the engine added to its command: start-up and collection. */
  overheadMs: z.number(),
  /** Cores; null where it asks for none. */
  cpuAsked: z.number().nullable(),
  /** Cores that the busiest attempt had half of its time, and 95 % of it, at most; null where it was not measured. */
  cpuUsed: z.object({ p50: z.number(), p95: z.number() }).nullable(),
  /** Bytes. */
  memoryAsked: z.number().nullable(),
  /** The most that one attempt had at a time, in bytes. */
  memoryPeak: z.number().nullable(),
  ...money,
  /** Null where its requests are good, too little is known, or the run goes on. */
  proposal: ResourceProposal.nullable(),
})
export type StepUsage = z.infer<typeof StepUsage>

/** Where the time of a run went. */
export const RunUsage = z.object({
  run: z.string(),
  /** Absolute path of the document that proposals would be written to. */
  file: z.string(),
  /** False while the run goes on: then all is as of now. */
  isOver: z.boolean(),
  /** From its beginning to its end. */
  wallMs: z.number(),
  ...times,
  /** Of `wallMs` that in which no command ran and none waited for its turn. */
  overheadMs: z.number(),
  /** Of all commands together; null where none was measured. */
  cpuSeconds: z.number().nullable(),
  ...money,
  /** What cost and energy rest on, or what is missing for them. */
  priceWords: z.string(),
  /** In the order of the document. */
  steps: z.array(StepUsage),
})
export type RunUsage = z.infer<typeof RunUsage>

/** What was written into a document. */
export const AppliedResources = z.object({
  file: z.string(),
  changed: z.array(z.object({ step: z.string(), cpu: z.number().nullable(), memory: z.string().nullable() })),
})
export type AppliedResources = z.infer<typeof AppliedResources>
