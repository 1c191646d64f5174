import type { Json } from '#core/base/json.ts'
import { Problem } from '#core/base/problem.ts'
import { ARGO_STATUSES, parseJson, POD_VARIABLES, type ArgoStatus, type PodSpec } from '#core/attempts/index.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What the variables of a pod say. */
export type PodVariables = {
  readonly run: string
  /** From 1. */
  readonly attempt: number
  /** Index in the fan-out; null outside of one. */
  readonly item: number | null
  /** Values of the variables of the fan-out. */
  readonly each: ReadonlyMap<string, Json>
  /** How each producer of the spec ended. */
  readonly statuses: readonly ArgoStatus[]
  /** Values of the step's secrets by the names of its own variables. */
  readonly secrets: Readonly<Record<string, string>>
}

/**
 * Reads what Argo and the kubelet filled in. Throws Problem `argo_unresolved` for what is not of its form: where Argo
 * cannot evaluate an expression it leaves its text there, and says nothing.
 */
export function readPodVariables(spec: PodSpec, env: Environment): PodVariables {
  const isFanOut = spec.each.length > 0
  return {
    run: matching(env, POD_VARIABLES.run, /^[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?$/),
    attempt: Number(matching(env, POD_VARIABLES.retry, COUNT)) + 1,
    item: isFanOut ? Number(matching(env, POD_VARIABLES.index, COUNT)) : null,
    each: isFanOut ? readItem(spec.each, env) : new Map(),
    statuses: spec.producers.map(({ status }, index) => status ?? readStatus(env, POD_VARIABLES.status(index))),
    secrets: Object.fromEntries(
      Object.entries(spec.secrets).map(([name, number]) => [name, readSecret(env, name, POD_VARIABLES.secret(number))]),
    ),
  }
}

const COUNT = /^(?:0|[1-9][0-9]{0,8})$/

function matching(env: Environment, name: string, form: RegExp): string {
  const text = env[name]
  if (text !== undefined && form.test(text)) return text
  throw unresolved(name, text)
}

function readStatus(env: Environment, name: string): ArgoStatus {
  const text = env[name]
  const status = ARGO_STATUSES.find((it) => it === text)
  if (status !== undefined) return status
  throw unresolved(name, text)
}

function readItem(names: readonly string[], env: Environment): ReadonlyMap<string, Json> {
  const text = env[POD_VARIABLES.item]
  const item = text === undefined ? undefined : decodeJson(text)
  if (item === undefined) throw unresolved(POD_VARIABLES.item, text)
  const values = names.length === 1 ? [item] : item
  if (!isList(values) || values.length !== names.length) throw unresolved(POD_VARIABLES.item, text)
  return new Map(names.map((name, index) => [name, values[index] ?? null]))
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

/** The JSON whose base64 a text is; undefined for everything else, the smallest deviation included. */
export function decodeJson(text: string): Json | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? parseJson(bytes) : undefined
}

function readSecret(env: Environment, name: string, variable: string): string {
  const value = env[variable]
  if (value !== undefined) return value
  throw new Problem('secret_missing', `the pod has no value for the secret of ${name}: run again, and it is put there`)
}

const MOST_SHOWN = 120

function unresolved(name: string, text: string | undefined): Problem {
  const found = text === undefined ? 'is not there' : `is ${JSON.stringify(text.slice(0, MOST_SHOWN))}`
  const fix = "look at the messages of the Workflow's nodes, of those above first"
  return new Problem('argo_unresolved', `Argo did not fill in ${name} of the pod, which ${found}: ${fix}`)
}
