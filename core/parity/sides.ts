import type { StepOutcome } from '#core/pipelines/index.ts'
import type { RunFacts } from './facts.ts'

/** Two runs side by side. */
export type Sides = { readonly a: RunFacts; readonly b: RunFacts }

/** One step run of both runs. */
export type StepRunPair = {
  readonly step: string
  readonly item: number | null
  readonly a: StepOutcome
  readonly b: StepOutcome
}
