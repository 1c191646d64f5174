import type { StepDefinition } from '#core/contract/definition.ts'

const NOT_ON_CLUSTERS: ReadonlySet<string> = new Set(['pids', 'network'])

/** Limits that a step asks for, by the names that runtimes use where they do not enforce one: `memory`, `network`. */
export function askedLimits({ resources, network }: StepDefinition): string[] {
  const asked = (['cpu', 'memory', 'gpu', 'pids'] as const).filter((name) => resources[name] !== undefined)
  return [...asked, ...(network === false ? ['network'] : [])]
}

/** Those of them that a cluster does not enforce. */
export function notEnforcedOnCluster(definition: StepDefinition): string[] {
  return askedLimits(definition).filter((name) => NOT_ON_CLUSTERS.has(name))
}
