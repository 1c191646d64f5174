import type { Toleration } from '#core/contract/cluster-targets.ts'

export type Taint = { readonly key: string; readonly value: string; readonly effect: string }

/** Whether a pod with a toleration is let onto a node in spite of a taint. */
export function tolerates(
  { key, operator = 'Equal', value = '', effect }: Omit<Toleration, 'tolerationSeconds'>,
  taint: Taint,
): boolean {
  if (effect !== undefined && effect !== taint.effect) return false
  if (key !== undefined && key !== taint.key) return false
  return operator === 'Exists' || (key !== undefined && value === taint.value)
}
