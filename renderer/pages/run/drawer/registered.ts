import type { Json } from '#core/base/json.ts'

/** The version that a step registered, by what it left; undefined for a step that runs a command. */
export function registeredOf(
  command: readonly string[],
  { model, version }: Readonly<Record<string, Json>>,
): { readonly model: string; readonly version: number } | undefined {
  if (command.length > 0 || typeof model !== 'string' || typeof version !== 'number') return undefined
  return { model, version }
}
