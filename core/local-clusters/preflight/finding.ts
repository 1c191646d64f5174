import type { LocalClusterForm, ClusterCheck } from '#core/contract/local-clusters.ts'
import type { Fact, PreflightFacts } from './facts.ts'

/** What one look has shown. */
export type Finding = Pick<ClusterCheck, 'level' | 'found' | 'fix'>

/** What a check goes by. */
export type CheckInput = { readonly form: LocalClusterForm; readonly facts: PreflightFacts }

export const ok = (found: string): Finding => ({ level: 'ok', found, fix: null })
export const info = (found: string, fix: string | null = null): Finding => ({ level: 'info', found, fix })
export const warning = (found: string, fix: string): Finding => ({ level: 'warning', found, fix })
export const error = (found: string, fix: string): Finding => ({ level: 'error', found, fix })

const LEVELS = ['ok', 'info', 'warning', 'error'] as const

/** Several findings as one, of the worst level; where something is wrong, what is well is not told. */
export function together(findings: readonly Finding[]): Finding {
  const worst = Math.max(0, ...findings.map(({ level }) => LEVELS.indexOf(level)))
  const told = findings.filter(({ level }) => level !== 'ok' || worst <= LEVELS.indexOf('info'))
  const fixes = told.flatMap(({ fix }) => (fix === null ? [] : [fix]))
  return {
    level: LEVELS[worst] ?? 'ok',
    found: [...new Set(told.map(({ found }) => found))].join('; '),
    fix: fixes.length === 0 ? null : [...new Set(fixes)].join('; '),
  }
}

/** The finding about a fact, or that it could not be found. */
export function ofFact<Value>(fact: Fact<Value>, judge: (value: Value) => Finding): Finding {
  return 'value' in fact ? judge(fact.value) : info(`not known: ${fact.unknown}`)
}

/** Cause and fix of a Problem's sentence. */
export function halvesOf(message: string): { readonly cause: string; readonly fix: string } {
  const at = message.lastIndexOf(': ')
  return at === -1 ? { cause: message, fix: 'try again' } : { cause: message.slice(0, at), fix: message.slice(at + 2) }
}
