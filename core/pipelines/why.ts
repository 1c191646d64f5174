import { canonicalJson, type Json } from '#core/base/json.ts'
import type { KeyParts } from './step-key.ts'

/** The parts in which two keys differ, each in a sentence of its own. */
export function differences(then: KeyParts, now: KeyParts): string[] {
  return [
    ...changed('the command', then.command, now.command),
    ...changedNames('env', then.env, now.env),
    ...changed('the secrets it names', then.secrets, now.secrets),
    ...(then.environment === now.environment ? [] : ['the environment (Python or packages) changed']),
    ...(then.code === now.code ? [] : ['the code files that it uses changed']),
    ...changedNames('inputs', then.inputs, now.inputs),
    ...changedNames('outputs', then.outputs, now.outputs),
    ...changedNames('register', then.register ?? {}, now.register ?? {}),
  ]
}

function changed(what: string, then: Json, now: Json): string[] {
  return canonicalJson(then) === canonicalJson(now) ? [] : [`${what} changed`]
}

function changedNames(what: string, then: Json, now: Json): string[] {
  const before = asObject(then)
  const after = asObject(now)
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted().flatMap((name) => {
    if (before[name] === undefined) return [`${what}: ${name} is new`]
    if (after[name] === undefined) return [`${what}: ${name} is gone`]
    if (canonicalJson(before[name]) === canonicalJson(after[name])) return []
    return [what === 'inputs' ? inputChanged(name, after[name]) : `${what}: ${name} changed`]
  })
}

/** An input beside the document is known by its content, any other by the step that makes it. */
function inputChanged(name: string, origin: Json): string {
  return 'content' in asObject(origin) ? `inputs: the content of ${name} changed` : `inputs: what makes ${name} changed`
}

function asObject(value: Json): Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, Json>) : {}
}
