import type { PlanPrediction, PlanStep } from '#core/contract/plan.ts'
import type { PipelineHistory } from '#core/pipelines/index.ts'
import type { PriceSource } from '#core/usage/index.ts'
import { moneyOf } from './money.ts'
import { longestPath } from './path.ts'
import { stepCost, type StepCost } from './step-cost.ts'
import { wordsOf } from './words.ts'

/** A step of the plan as far as it says what a run will take. */
export type PredictStep = Pick<PlanStep, 'name' | 'decision' | 'requests'> & {
  /** Those that would run: cached items of a fan-out are none of them. Null where the length of its list is not known. */
  readonly pods: number | null
  /** Names of the steps that it waits for. */
  readonly needs: readonly string[]
  /** How many of its items may run at once; null where only the target says. */
  readonly parallelism: number | null
}

export type PredictOptions = {
  readonly target: string
  /** All of the pipeline, in any order. */
  readonly steps: readonly PredictStep[]
  /** Of the pipeline on the target. */
  readonly history: PipelineHistory
  readonly prices: PriceSource
  /** How many pods of the run may be there at once; null where nothing says. */
  readonly parallelism: number | null
  /** What the push sends; null where it is not known. */
  readonly bytesToSend: number | null
}

/** What one step would take, in seconds; of a fan-out what one item does. 0 of what does not run. */
export type PredictedStep = Pick<PlanStep, 'seconds' | 'overheadSeconds'>

export type Predicted = {
  readonly prediction: PlanPrediction
  /** By name. */
  readonly steps: Readonly<Record<string, PredictedStep>>
}

/**
 * What a run would take, from what earlier ones took. What is cached or skipped takes nothing; what depends on other steps
 * counts as if it ran; what fails and is tried again counts once. Steps must not wait for each other in a circle.
 */
export function predict(options: PredictOptions): Predicted {
  const { history, parallelism } = options
  const steps = options.steps.map((step) => stepCost(step, history))
  const path = longestPath(steps, parallelism)
  const { cost, energyWh, lacks } = moneyOf(steps, options)
  const prediction = {
    pods: sumOf(steps, ({ pods }) => pods),
    wallSeconds: path.seconds,
    overheadSeconds: path.overheadSeconds,
    cpuHours: sumOf(steps, ({ coreHours }) => coreHours),
    gpuHours: sumOf(steps, ({ gpuHours }) => gpuHours),
    cost,
    energyWh,
    words: wordsOf(steps, options, lacks),
  }
  const each = steps.map(({ name, seconds, overheadSeconds }) => [name, { seconds, overheadSeconds }] as const)
  return { prediction, steps: Object.fromEntries(each) }
}

function sumOf(steps: readonly StepCost[], of: (step: StepCost) => number | null): number | null {
  return steps.reduce<number | null>((sum, step) => {
    const value = of(step)
    return sum === null || value === null ? null : sum + value
  }, 0)
}
