import type { StepCost } from './step-cost.ts'

/** How long the longest chain of steps takes. Null where too little is known. */
export type LongestPath = {
  readonly seconds: number | null
  /** Of that what the target adds; where the seconds are not known, the most that it adds if commands took none. */
  readonly overheadSeconds: number | null
}

type Length = { readonly total: number; readonly overhead: number }

/**
 * The chain of steps that takes longest: items of a fan-out run in waves of as many as may run at once. Where the pods of
 * all steps together need longer than that at `parallelism` at once, that counts.
 */
export function longestPath(steps: readonly StepCost[], parallelism: number | null): LongestPath {
  const known = steps.every(({ pods, seconds }) => pods !== null && seconds !== null)
  const [chain, all] = [chainOf(steps, parallelism, known), together(steps, parallelism, known)]
  const longest = all.total > chain.total ? all : chain
  const hasPods = steps.every(({ pods }) => pods !== null)
  return { seconds: known ? longest.total : null, overheadSeconds: hasPods ? longest.overhead : null }
}

/** Without times of commands, only what the target adds counts. */
function chainOf(steps: readonly StepCost[], parallelism: number | null, withCommands: boolean): Length {
  const byName = new Map(steps.map((step) => [step.name, step]))
  const ends = new Map<string, Length>()
  for (const name of inOrder(byName)) {
    const step = byName.get(name)
    if (step === undefined) continue
    const before = step.needs.map((need) => ends.get(need) ?? NONE).reduce(longer, NONE)
    const waves = wavesOf(step, parallelism)
    const overhead = waves * step.overheadSeconds
    const command = withCommands ? waves * (step.seconds ?? 0) : 0
    ends.set(name, { total: before.total + overhead + command, overhead: before.overhead + overhead })
  }
  return [...ends.values()].reduce(longer, NONE)
}

/** All pods, so many at a time; without times of commands, only what the target adds. */
function together(steps: readonly StepCost[], parallelism: number | null, withCommands: boolean): Length {
  if (parallelism === null) return NONE
  const overhead = steps.reduce((sum, it) => sum + (it.pods ?? 0) * it.overheadSeconds, 0) / parallelism
  const commands = steps.reduce((sum, it) => sum + (it.pods ?? 0) * (it.seconds ?? 0), 0) / parallelism
  return { total: overhead + (withCommands ? commands : 0), overhead }
}

const NONE: Length = { total: 0, overhead: 0 }

function longer(a: Length, b: Length): Length {
  return b.total > a.total ? b : a
}

function wavesOf({ pods, parallelism: own }: StepCost, parallelism: number | null): number {
  return Math.ceil((pods ?? 0) / Math.min(own ?? Infinity, parallelism ?? Infinity, Math.max(1, pods ?? 0)))
}

/** Names so that each comes after those that it needs; without recursion, as chains may be long. */
function inOrder(steps: ReadonlyMap<string, StepCost>): string[] {
  const waits = new Map<string, number>()
  const readers = new Map<string, string[]>()
  for (const { name, needs } of steps.values()) {
    const own = [...new Set(needs)].filter((need) => steps.has(need))
    waits.set(name, own.length)
    for (const need of own) readers.set(need, [...(readers.get(need) ?? []), name])
  }
  const ordered = [...waits].filter(([, count]) => count === 0).map(([name]) => name)
  for (const name of ordered) {
    for (const reader of readers.get(name) ?? []) {
      const left = (waits.get(reader) ?? 0) - 1
      waits.set(reader, left)
      if (left === 0) ordered.push(reader)
    }
  }
  return ordered
}
