import { didYouMean } from '#core/base/nearest.ts'
import { Problem } from '#core/base/problem.ts'
import type { ConformanceCaseView } from '#core/contract/conformance.ts'
import type { Case } from './case.ts'
import { cacheCases } from './cases/cache.ts'
import { cacheMissCases } from './cases/cache-misses.ts'
import { conditionCases } from './cases/conditions.ts'
import { controlCases } from './cases/control.ts'
import { edgeCases } from './cases/edges.ts'
import { endCases } from './cases/ends.ts'
import { fanOutCases } from './cases/fan-outs.ts'
import { logCases } from './cases/logs.ts'
import { outputCases } from './cases/outputs.ts'
import { refusedOutputCases } from './cases/refused-outputs.ts'
import { surroundingCases } from './cases/surroundings.ts'
import { registerCases } from './cases/register.ts'
import { valueCases } from './cases/values.ts'

/** Every case, in the order in which they are shown. */
export const CASES: readonly Case[] = [
  ...edgeCases,
  ...conditionCases,
  ...fanOutCases,
  ...valueCases,
  ...endCases,
  ...controlCases,
  ...cacheCases,
  ...cacheMissCases,
  ...refusedOutputCases,
  ...outputCases,
  ...registerCases,
  ...surroundingCases,
  ...logCases,
]

/** How a case is told to others. */
export function caseView({ name, group, description, needs = [] }: Case): ConformanceCaseView {
  return { name, group, description, needs: [...needs] }
}

/**
 * The cases whose name or group is one of these; `*` stands for any text. Throws Problem `not_found` for one that none has.
 */
export function chooseCases(patterns: readonly string[] | undefined): readonly Case[] {
  if (patterns === undefined) return CASES
  const chosen = new Set<Case>()
  for (const pattern of patterns) {
    const found = CASES.filter((it) => matches(pattern, it.name) || matches(pattern, it.group))
    for (const it of found) chosen.add(it)
    if (found.length === 0) {
      const known = [...CASES.map(({ name }) => name), ...new Set(CASES.map(({ group }) => group))]
      const hint = didYouMean(pattern, known)
      const fix = hint === '' ? ': minisub conformance --list has all' : hint
      throw new Problem('not_found', `no case and no group is called "${pattern}"${fix}`)
    }
  }
  return CASES.filter((it) => chosen.has(it))
}

/** Without a regular expression, which many `*` would keep busy for minutes. */
function matches(pattern: string, text: string): boolean {
  const [first = '', ...between] = pattern.split('*')
  const last = between.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first)) return false
  let from = first.length
  for (const part of between) {
    const at = text.indexOf(part, from)
    if (at === -1) return false
    from = at + part.length
  }
  return text.length - last.length >= from && text.endsWith(last)
}
