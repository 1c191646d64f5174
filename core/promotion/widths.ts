import { isRecordStep } from '#core/contract/definition.ts'
import { isFanOut, type StepState } from '#core/pipelines/index.ts'

/**
 * How many pods a step may have: 1 without a fan-out, none where the core does it itself; null where the length of its list
 * is not known before it runs.
 */
export function widthOf(step: StepState): number | null {
  if (isRecordStep(step.bound.planned.definition)) return 0
  if (!isFanOut(step)) return 1
  if (step.values !== null) return step.values.length
  const lengths = step.bound.planned.definition.forEach.map(({ values }) =>
    typeof values === 'string' ? null : values.length,
  )
  return lengths.reduce<number | null>((product, it) => (product === null || it === null ? null : product * it), 1)
}
