import type { Json } from '#core/base/json.ts'
import type { Act } from '#core/conformance/case.ts'
import { file } from './steps.ts'

/** The verdict of a step that no run had yet. */
export const NEW = '(the cache has nothing under its key)'
/** A step `only` that ran and left a file. */
export const RAN = `only succeeded: #1 ${NEW} > started > succeeded 0 f=${file('abc')}`

/** Two runs with the cache; in between something changes. */
export function twice(
  first: readonly string[],
  change: Omit<Extract<Act, { act: 'change' }>, 'act'>,
  { trace, parameters = {} }: { readonly trace: readonly string[]; readonly parameters?: Record<string, Json> },
): Act[] {
  return [
    { act: 'run', cache: true, expected: { status: 'succeeded', trace: first } },
    { act: 'change', ...change },
    { act: 'run', cache: true, parameters, expected: { status: 'succeeded', trace } },
  ]
}
