import type { Json } from '#core/base/json.ts'
import type { PipelineDefinition, StepDefinition } from '#core/contract/definition.ts'
import type { Expression } from './expression.ts'
import type { Reference } from './references.ts'

/** A text whose expressions were checked. `whole` when it is one expression and keeps its type. */
export type Template = { readonly parts: readonly (string | Expression)[] }

/** What must be true of an upstream step, once it is final, for a step to start. */
export type Edge = {
  readonly step: string
  readonly condition: 'succeeded' | 'failed' | 'finished' | 'succeededOrSkipped'
  /** `needs` edges are looked at first; the reason of a skip names the first that is not met. */
  readonly from: 'needs' | 'reads'
}

/** A step as the engine uses it: everything parsed, checked and linked. */
export type PlannedStep = {
  readonly name: string
  readonly definition: StepDefinition
  readonly command: readonly Template[]
  readonly env: ReadonlyMap<string, Template>
  readonly inputs: ReadonlyMap<string, PlannedInput>
  readonly when: Expression | null
  readonly forEach: readonly { readonly variable: string; readonly values: Expression | readonly Json[] }[]
  readonly edges: readonly Edge[]
  /** Names of steps that have an edge from this one. */
  readonly readers: readonly string[]
  /** All that command and env read of other steps, once each; what comes by an input stands in `inputs`. */
  readonly reads: readonly Extract<Reference, { kind: 'output' | 'outputPath' | 'status' }>[]
  /** Of a step that registers `model`, `alias`, `description` and `tags.<key>`, as far as they are given; else null. */
  readonly register: ReadonlyMap<string, Template> | null
  /** True when it uses `run.*`: then it is never cached. */
  readonly usesRun: boolean
}

export type PlannedInput =
  | { readonly kind: 'expression'; readonly reference: Extract<Reference, { kind: 'output' }> }
  | { readonly kind: 'file' | 'folder'; readonly path: string }

/** A valid pipeline, ready to be bound to parameters. */
export type Plan = {
  readonly definition: PipelineDefinition
  readonly digest: string
  /** In an order in which every step comes after those that it has an edge from. */
  readonly steps: readonly PlannedStep[]
  readonly step: (name: string) => PlannedStep
  readonly outputs: ReadonlyMap<string, Template>
}
