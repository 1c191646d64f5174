import type { PipelineHistory } from '#core/pipelines/index.ts'
import type { PredictStep } from './predict.ts'

/** What one step of a run would take; null where it is not known. */
export type StepCost = {
  readonly name: string
  readonly needs: readonly string[]
  readonly parallelism: number | null
  readonly isUncertain: boolean
  /** None where it does not run. */
  readonly pods: number | null
  /** Of one pod: its command, and what the target adds. */
  readonly seconds: number | null
  readonly overheadSeconds: number
  /** Of all pods together. */
  readonly coreHours: number | null
  readonly workedCoreHours: number | null
  readonly gibHours: number | null
  readonly gpuHours: number | null
}

/** What a pod is taken to add where nothing was measured: one that pulls no image and waits for no node. */
export const ASSUMED_OVERHEAD_SECONDS = 5

const GIB = 2 ** 30
const HOUR = 3_600

/** What a step would take, from what it asks for and what earlier runs of it took. */
export function stepCost(step: PredictStep, history: PipelineHistory): StepCost {
  const { name, needs, parallelism, decision, requests } = step
  const shared = { name, needs, parallelism, isUncertain: decision === 'unknown' }
  const runs = decision === 'runs' || decision === 'unknown'
  if (!runs || step.pods === 0) return { ...shared, ...NOTHING }
  const known = Object.hasOwn(history.steps, name) ? history.steps[name] : undefined
  const seconds = known?.seconds ?? null
  const hours = times(step.pods, seconds === null ? null : seconds / HOUR)
  const measured = known?.cpuSeconds ?? null
  const worked = times(step.pods, measured === null ? null : measured / HOUR)
  const coreHours = requests.cpu === null ? worked : times(hours, requests.cpu)
  const memory = requests.memory ?? known?.memoryBytes ?? null
  const gpus = requests.gpu ?? 0
  return {
    ...shared,
    pods: step.pods,
    seconds,
    overheadSeconds: history.overhead?.seconds ?? ASSUMED_OVERHEAD_SECONDS,
    coreHours,
    workedCoreHours: worked ?? coreHours,
    gibHours: times(hours, memory === null ? null : memory / GIB),
    gpuHours: gpus === 0 ? 0 : times(hours, gpus),
  }
}

const NOTHING = {
  pods: 0,
  seconds: 0,
  overheadSeconds: 0,
  coreHours: 0,
  workedCoreHours: 0,
  gibHours: 0,
  gpuHours: 0,
} as const

function times(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a * b
}
