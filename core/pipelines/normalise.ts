import type {
  EnvironmentSpec,
  OutputDeclaration,
  PipelineDefinition,
  ResourceDefinition,
  RetryDefinition,
  StepDefinition,
  ValueDeclaration,
  ValueSchema,
  ValueType,
} from '#core/contract/definition.ts'
import type { DocumentShell, RegisterStepDocument, StepDocument } from '#core/contract/document.ts'
import { valueText, type Json } from '#core/base/json.ts'
import { parseBytes, parseCpu, parseDuration } from '#core/base/quantity.ts'

type Defaults = DocumentShell['spec']['defaults']
type AnyStepDocument = StepDocument | RegisterStepDocument

/** The one spelling of a document: defaults filled in, short forms written out, durations in ms, sizes in bytes. */
export function normalise(shell: DocumentShell, steps: ReadonlyMap<string, AnyStepDocument>): PipelineDefinition {
  const { metadata, spec } = shell
  return {
    apiVersion: shell.apiVersion,
    name: metadata.name,
    description: metadata.description ?? null,
    parameters: mapValues(spec.parameters, valueDeclaration),
    code: spec.code,
    environments: mapValues(spec.environments, environmentSpec),
    steps: Object.fromEntries(
      [...steps].map(([name, step]) => [
        name,
        'register' in step ? normaliseRegister(step) : normaliseStep(step, spec.defaults),
      ]),
    ),
    outputs: spec.outputs,
  }
}

function normaliseStep(step: StepDocument, defaults: Defaults): StepDefinition {
  const timeout = step.timeout ?? defaults.timeout
  const network = step.network ?? defaults.network ?? true
  return {
    kind: 'command',
    environment: step.environment ?? defaults.environment ?? null,
    command: step.command.map(valueText),
    env: mapValues({ ...defaults.env, ...step.env }, valueText),
    secrets: step.secrets ?? {},
    files: step.files ?? [],
    ...edgesAndCondition(step),
    forEach: Object.entries(step.forEach ?? {}).map(([variable, values]) => ({ variable, values })),
    parallelism: step.parallelism ?? null,
    inputs: mapValues(step.inputs ?? {}, (input) => (typeof input === 'string' ? { from: input } : input)),
    outputs: mapValues(step.outputs ?? {}, outputDeclaration),
    retry: retryDefinition(step.retry ?? defaults.retry),
    timeoutMs: timeout === undefined ? null : (parseDuration(timeout) ?? null),
    resources: resourceDefinition({ ...defaults.resources, ...step.resources }),
    ...(network ? {} : { network }),
    cache: step.cache ?? defaults.cache ?? true,
  }
}

/** What the pipeline has as defaults is for commands. */
function normaliseRegister(step: RegisterStepDocument): StepDefinition {
  const { model, from, alias = null, description = null, tags = {} } = step.register
  return {
    kind: 'register',
    environment: null,
    command: [],
    env: {},
    secrets: {},
    files: [],
    ...edgesAndCondition(step),
    forEach: [],
    parallelism: null,
    inputs: { from: { from } },
    outputs: {},
    retry: { limit: 0, backoff: null },
    timeoutMs: null,
    resources: {},
    cache: false,
    register: { model, alias, description, tags: mapValues(tags, valueText) },
  }
}

function edgesAndCondition({
  needs,
  when,
}: Pick<AnyStepDocument, 'needs' | 'when'>): Pick<StepDefinition, 'needs' | 'when'> {
  return {
    needs: Array.isArray(needs) ? Object.fromEntries(needs.map((name) => [name, 'succeeded'])) : (needs ?? {}),
    when: when === undefined || when === true ? null : when === false ? '${{ false }}' : when,
  }
}

function resourceDefinition(resources: NonNullable<StepDocument['resources']>): ResourceDefinition {
  const bytes = (size: string | number | undefined) => (size === undefined ? undefined : parseBytes(String(size)))
  return defined({
    cpu: resources.cpu === undefined ? undefined : parseCpu(String(resources.cpu)),
    memory: bytes(resources.memory),
    gpu: resources.gpu,
    pids: resources.pids,
    shm: bytes(resources.shm),
  })
}

function retryDefinition(retry: StepDocument['retry']): RetryDefinition {
  if (retry === undefined) return { limit: 0, backoff: null }
  if (retry.backoff === undefined) return { limit: retry.limit, backoff: null }
  const { duration, factor, cap } = retry.backoff
  const capMs = cap === undefined ? null : (parseDuration(cap) ?? null)
  return { limit: retry.limit, backoff: { durationMs: parseDuration(duration) ?? 0, factor, capMs } }
}

function environmentSpec(spec: DocumentShell['spec']['environments'][string]): EnvironmentSpec {
  return spec
}

function outputDeclaration(output: NonNullable<StepDocument['outputs']>[string]): OutputDeclaration {
  if (output.type === 'file' || output.type === 'folder') {
    return { type: output.type, ...defined({ description: output.description }) }
  }
  return valueDeclaration(output as ValueDocument)
}

type ValueDocument = DocumentShell['spec']['parameters'][string]

function valueDeclaration(document: ValueDocument): ValueDeclaration {
  return {
    ...valueSchema(document),
    ...defined({ default: document.default, description: document.description }),
  }
}

function valueSchema(document: {
  type: ValueType
  items?: unknown
  enum?: Json[] | undefined
  minimum?: number | undefined
  maximum?: number | undefined
  pattern?: string | undefined
}): ValueSchema {
  const { type, items, minimum, maximum, pattern } = document
  return {
    type,
    ...defined({ enum: document.enum, minimum, maximum, pattern }),
    ...(items === undefined
      ? {}
      : { items: typeof items === 'string' ? { type: items as ValueType } : valueSchema(items as ValueDocument) }),
  }
}

/** The fields that are not undefined. */
function defined<Fields extends object>(fields: Fields): { [K in keyof Fields]?: Exclude<Fields[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof Fields]?: Exclude<Fields[K], undefined>
  }
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}
