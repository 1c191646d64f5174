import type { Json } from '../base/json.ts'

/** Types of parameters and of parameter outputs. */
export const VALUE_TYPES = ['string', 'integer', 'number', 'boolean', 'list', 'object'] as const
export type ValueType = (typeof VALUE_TYPES)[number]

/** The type of a value with its bounds; `items` describes the elements of a list. */
export type ValueSchema = {
  readonly type: ValueType
  readonly items?: ValueSchema
  readonly enum?: readonly Json[]
  readonly minimum?: number
  readonly maximum?: number
  readonly pattern?: string
}

/** A declared parameter or parameter output. */
export type ValueDeclaration = ValueSchema & { readonly default?: Json; readonly description?: string }

/** A declared file or folder output. */
export type ArtifactDeclaration = { readonly type: 'file' | 'folder'; readonly description?: string }

export type OutputDeclaration = ValueDeclaration | ArtifactDeclaration

/** An environment as a document writes it. */
export type EnvironmentSpec =
  | { readonly python: string; readonly packages: readonly string[] }
  | { readonly image: string }
  | { readonly dockerfile: string }

export type EdgeCondition = 'succeeded' | 'failed' | 'finished'

/** Where an input comes from: an expression, or a file or folder beside the document. */
export type InputDefinition = { readonly from: string } | { readonly file: string } | { readonly folder: string }

export type RetryDefinition = {
  /** Attempts beyond the first. */
  readonly limit: number
  readonly backoff: { readonly durationMs: number; readonly factor: number; readonly capMs: number | null } | null
}

/** What a step asks for: cores, bytes, devices, processes and threads, bytes of shared memory. */
export type ResourceDefinition = {
  readonly cpu?: number
  readonly memory?: number
  readonly gpu?: number
  readonly pids?: number
  readonly shm?: number
}

/** What a step registers; its files come by the input `from`. Texts may hold expressions. */
export type RegisterDefinition = {
  readonly model: string
  readonly alias: string | null
  readonly description: string | null
  readonly tags: Readonly<Record<string, string>>
}

/** A step after defaults, in the one spelling that its digest covers. Texts may hold expressions. */
export type StepDefinition = {
  readonly kind: 'command' | 'register'
  readonly environment: string | null
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly secrets: Readonly<Record<string, { readonly secret: string; readonly key: string }>>
  /** Patterns of the code files that the step uses; none means all. */
  readonly files: readonly string[]
  readonly needs: Readonly<Record<string, EdgeCondition>>
  readonly when: string | null
  /** A list, since the order of the variables is the order of the product; empty means no fan-out. */
  readonly forEach: readonly { readonly variable: string; readonly values: string | readonly Json[] }[]
  readonly parallelism: number | null
  readonly inputs: Readonly<Record<string, InputDefinition>>
  readonly outputs: Readonly<Record<string, OutputDeclaration>>
  readonly retry: RetryDefinition
  readonly timeoutMs: number | null
  readonly resources: ResourceDefinition
  /** There only where the step is to have no network, so that the digests of all other documents stay as they were. */
  readonly network?: false
  readonly cache: boolean
  /** There where the kind is `register`; such a step has no command. */
  readonly register?: RegisterDefinition
}

/** Whether a step starts nothing: the core does it when it has seen what it reads. */
export function isRecordStep({ kind }: Pick<StepDefinition, 'kind'>): boolean {
  return kind === 'register'
}

/** A pipeline after defaults: plain data, the thing that `pipelineDigest` is the digest of. */
export type PipelineDefinition = {
  readonly apiVersion: 'mini-submarine/v1'
  readonly name: string
  readonly description: string | null
  readonly parameters: Readonly<Record<string, ValueDeclaration>>
  readonly code: string
  readonly environments: Readonly<Record<string, EnvironmentSpec>>
  readonly steps: Readonly<Record<string, StepDefinition>>
  readonly outputs: Readonly<Record<string, string>>
}

/** Whether an output is a parameter output, as opposed to a file or folder. */
export function isValueOutput(declaration: OutputDeclaration): declaration is ValueDeclaration {
  return declaration.type !== 'file' && declaration.type !== 'folder'
}
