import { parseQuantity } from '#core/base/quantity.ts'
import type { Resources } from './pod-spec.ts'

/** Numbers by resource: cores, bytes, counts. */
export type Amounts = Readonly<Record<string, number>>

type Counted = { readonly resources: Resources; readonly restartPolicy?: string | undefined }
/** What of a pod says how much it takes. */
export type CountedPod = {
  readonly containers: readonly Counted[]
  readonly initContainers: readonly Counted[]
  readonly overhead?: Readonly<Record<string, string>> | undefined
}

/** Quantities that cannot be read are left out. */
export function amountsOf(quantities: Readonly<Record<string, string>>): Amounts {
  return Object.fromEntries(
    Object.entries(quantities).flatMap(([resource, text]) => {
      const amount = parseQuantity(text)
      return amount === undefined ? [] : [[resource, amount]]
    }),
  )
}

export function sumOf(all: readonly Amounts[]): Amounts {
  return combined(all, (a, b) => a + b)
}

function mostOf(all: readonly Amounts[]): Amounts {
  return combined(all, Math.max)
}

function combined(all: readonly Amounts[], of: (a: number, b: number) => number): Amounts {
  const total: Record<string, number> = {}
  for (const amounts of all) {
    for (const [resource, amount] of Object.entries(amounts)) total[resource] = of(total[resource] ?? 0, amount)
  }
  return total
}

/** Whether an amount is more than another by more than sums of fractions differ by themselves. */
export function isMore(amount: number, than: number): boolean {
  return amount - than > 1e-12 * Math.max(1, Math.abs(amount), Math.abs(than))
}

/**
 * What a pod takes, as the scheduler and quotas count it: all containers together, or what an init container needs where that
 * is more. Init containers that go on (`restartPolicy: Always`) count beside what comes after them.
 */
export function podAmounts(
  { containers, initContainers, overhead = {} }: CountedPod,
  kind: 'requests' | 'limits',
): Amounts {
  const of = ({ resources }: Counted): Amounts => amountsOf(resources[kind])
  let beside: Amounts = {}
  let most: Amounts = {}
  for (const container of initContainers) {
    const all = sumOf([of(container), beside])
    if (container.restartPolicy === 'Always') beside = all
    most = mostOf([most, all])
  }
  const total = mostOf([most, sumOf([beside, ...containers.map(of)])])
  return kind === 'requests' ? sumOf([total, amountsOf(overhead)]) : total
}
