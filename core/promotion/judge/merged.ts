import { isJsonObject } from './json-object.ts'

/** A strategic merge, as Argo applies a `podSpecPatch`: fields are set, lists of what has a name are merged by name. */
export function merged(into: object, patch: object): object {
  const before: Record<string, unknown> = { ...into }
  const changes = Object.entries(patch).map(([key, value]) => [key, mergedValue(before[key], value)])
  return { ...before, ...Object.fromEntries(changes) }
}

function mergedValue(before: unknown, value: unknown): unknown {
  if (isJsonObject(before) && isJsonObject(value)) return merged(before, value)
  if (!isNamedList(before) || !isNamedList(value)) return value
  const byName = new Map(before.map((it) => [it.name, it]))
  for (const it of value) byName.set(it.name, { ...merged(byName.get(it.name) ?? {}, it), name: it.name })
  return [...byName.values()]
}

function isNamedList(value: unknown): value is { readonly name: string }[] {
  return Array.isArray(value) && value.every((it) => isJsonObject(it) && typeof it['name'] === 'string')
}
