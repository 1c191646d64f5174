import type { StepDefinition } from '#core/contract/definition.ts'
import type { Limits } from '#core/runtimes/driver.ts'

/** What a step may use at most, as a runtime is told. */
export function limitsOf({ resources, network }: StepDefinition): Limits {
  return network === undefined ? resources : { ...resources, network }
}
