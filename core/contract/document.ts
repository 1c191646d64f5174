import { z } from 'zod'
import { parseBytes, parseCpu, parseDuration } from '../base/quantity.ts'
import { VALUE_TYPES, type ValueType } from './definition.ts'
import type { Json } from '../base/json.ts'
import { jsonValue } from './json.ts'

/** Names of steps. */
export const STEP_NAME = /^[a-z][a-z0-9_]{0,39}$/
/** Names of parameters, inputs, outputs and each-variables: identifiers of the expression language. */
export const FIELD_NAME = /^[A-Za-z][A-Za-z0-9]{0,39}$/
const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

const fieldName = z.string().regex(FIELD_NAME, {
  error: (issue) =>
    String(issue.input).includes('-')
      ? `the name "${String(issue.input)}" has a hyphen, which is a minus in an expression: write it in camelCase`
      : `the name "${String(issue.input)}" must be a letter, then letters or digits, at most 40 in all`,
})
const stepName = z.string().regex(STEP_NAME, {
  error: (issue) =>
    `the step name "${String(issue.input)}" must be a lower-case letter, then lower-case letters, digits or _, at most 40 in all`,
})

const duration = z
  .string({ error: 'a duration is a text such as 30s, 5m or 1h30m' })
  .refine((text) => parseDuration(text) !== undefined, { error: 'a duration is a text such as 30s, 5m or 1h30m' })
const scalar = z.union([z.string(), z.number(), z.boolean()], { error: 'a text, a number or a boolean is wanted' })

const valueFields = {
  enum: z.array(jsonValue).min(1).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  pattern: z.string().refine(isRegularExpression, { error: 'not a valid regular expression' }).optional(),
  description: z.string().optional(),
}
const typeName = z.enum(VALUE_TYPES, { error: `a type is one of ${VALUE_TYPES.join(', ')}` })
/** Elements of a list: a type's name, or a schema with bounds of its own. */
const items: z.ZodType<string | ItemsDocument> = z.lazy(() => z.union([typeName, itemsSchema]))
const itemsSchema = z.strictObject({ type: typeName, items: items.optional(), ...valueFields })
type ItemsDocument = {
  type: ValueType
  items?: string | ItemsDocument | undefined
  enum?: Json[] | undefined
  minimum?: number | undefined
  maximum?: number | undefined
  pattern?: string | undefined
  description?: string | undefined
}

const parameter = z.strictObject({
  type: typeName,
  items: items.optional(),
  default: jsonValue.optional(),
  ...valueFields,
})
const output = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.enum(['file', 'folder']), description: z.string().optional() }),
    z.strictObject({ type: typeName, items: items.optional(), default: jsonValue.optional(), ...valueFields }),
  ],
  { error: `an output's type is file, folder, ${VALUE_TYPES.join(', ')}` },
)

/** A number would lose its zero: 3.10 reads as 3.1. */
const pythonRange = z.string({ error: 'the Python range is a text in quotes, such as ">=3.9" or "3.10"' }).min(1)
const environment = z.union(
  [
    z.strictObject({ python: pythonRange, packages: z.array(z.string()).default([]) }),
    z.strictObject({ image: z.string().min(1) }),
    z.strictObject({ dockerfile: z.string().min(1) }),
  ],
  { error: 'an environment is {python, packages}, {image} or {dockerfile}' },
)

const input = z.union(
  [z.string(), z.strictObject({ file: z.string().min(1) }), z.strictObject({ folder: z.string().min(1) })],
  { error: 'an input is an expression, {file: path} or {folder: path}' },
)

const needs = z.union([z.array(z.string()), z.record(z.string(), z.enum(['succeeded', 'failed', 'finished']))], {
  error: 'needs is a list of step names, or a map from a step name to succeeded, failed or finished',
})

const cpu = z
  .union([z.string(), z.number()])
  .refine((value) => (parseCpu(String(value)) ?? 0) > 0, { error: 'cpu is a number of cores such as 2, 0.5 or 500m' })
const memory = z
  .union([z.string(), z.number()])
  .refine((value) => (parseBytes(String(value)) ?? 0) > 0, { error: 'memory is a size such as 512Mi or 2Gi' })
const shm = z
  .union([z.string(), z.number()])
  .refine((value) => (parseBytes(String(value)) ?? 0) > 0, { error: 'shm is a size such as 64Mi or 2Gi' })
/** The most that Linux gives out at a time. */
const MOST_PIDS = 4_194_304
const resources = z.strictObject({
  cpu: cpu.optional(),
  memory: memory.optional(),
  gpu: z.int().min(0).optional(),
  pids: z.int().min(1).max(MOST_PIDS).optional(),
  shm: shm.optional(),
})

const retry = z.strictObject({
  limit: z.int().min(0).max(100),
  backoff: z
    .strictObject({ duration, factor: z.number().min(1).max(100).default(2), cap: duration.optional() })
    .optional(),
})

const env = z.record(z.string().regex(ENV_NAME, { error: 'not a name of an environment variable' }), scalar)
const secret = z.strictObject({ secret: z.string().min(1), key: z.string().min(1) })

const when = z.union([z.string(), z.boolean()], { error: 'when is an expression in ${{ … }}' })

/** A step that makes a version of a registered model of what another step left. */
export const RegisterStepDocument = z.strictObject({
  description: z.string().optional(),
  register: z.strictObject({
    model: z.string().min(1, { error: 'a model needs a name' }),
    from: z.string({ error: 'from is an expression in ${{ … }}: the file or folder of a step' }),
    alias: z.string().min(1, { error: 'an alias needs a name: leave it out where none is wanted' }).optional(),
    description: z.string().optional(),
    tags: z.record(z.string(), scalar).optional(),
  }),
  needs: needs.optional(),
  when: when.optional(),
})
export type RegisterStepDocument = z.infer<typeof RegisterStepDocument>

/** A step that runs a command. */
export const StepDocument = z.strictObject({
  description: z.string().optional(),
  environment: z.string().optional(),
  command: z.array(scalar).min(1, { error: 'a command names at least the program' }),
  env: env.optional(),
  secrets: z.record(z.string().regex(ENV_NAME), secret).optional(),
  files: z.array(z.string().min(1)).min(1).optional(),
  needs: needs.optional(),
  when: when.optional(),
  forEach: z
    .record(fieldName, z.union([z.string(), z.array(jsonValue)], { error: 'an expression or a list is wanted' }))
    .refine((map) => Object.keys(map).length > 0, { error: 'forEach names at least one variable' })
    .optional(),
  parallelism: z.int().min(1).optional(),
  inputs: z.record(fieldName, input).optional(),
  outputs: z.record(fieldName, output).optional(),
  retry: retry.optional(),
  timeout: duration.optional(),
  resources: resources.optional(),
  network: z.boolean().optional(),
  cache: z.boolean().optional(),
})
export type StepDocument = z.infer<typeof StepDocument>

/** All of a document but its steps, which are looked at one by one so that one bad step does not hide another's faults. */
export const DocumentShell = z.strictObject({
  apiVersion: z.literal('mini-submarine/v1', { error: 'apiVersion must be mini-submarine/v1' }),
  kind: z.literal('Pipeline', { error: 'kind must be Pipeline' }),
  metadata: z.strictObject({
    name: z.string().regex(DNS_LABEL, {
      error: 'a pipeline name is a DNS label: lower-case letters, digits and hyphens, at most 40, no hyphen at an end',
    }),
    description: z.string().optional(),
  }),
  spec: z.strictObject({
    parameters: z.record(fieldName, parameter).default({}),
    code: z.string().min(1).default('.'),
    environments: z.record(z.string().regex(FIELD_NAME), environment).default({}),
    defaults: z
      .strictObject({
        environment: z.string().optional(),
        timeout: duration.optional(),
        retry: retry.optional(),
        resources: resources.optional(),
        network: z.boolean().optional(),
        cache: z.boolean().optional(),
        env: env.optional(),
      })
      .default({}),
    steps: z
      .record(stepName, z.unknown())
      .refine((map) => Object.keys(map).length > 0, { error: 'a pipeline has at least one step' }),
    outputs: z.record(fieldName, z.string({ error: 'an output is an expression in ${{ … }}' })).default({}),
  }),
})
export type DocumentShell = z.infer<typeof DocumentShell>

function isRegularExpression(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp
  } catch {
    return false
  }
}
