import type { Problem } from '#core/base/problem.ts'
import type { TargetCheck } from '#core/contract/target-report.ts'

/** What a check found, and what to do about it; null where nothing is wrong. */
export type Finding = Pick<TargetCheck, 'status' | 'found' | 'fix'>

export function passed(found: string): Finding {
  return { status: 'passed', found, fix: null }
}

export function failed(found: string, fix: string): Finding {
  return { status: 'failed', found, fix }
}

export function warning(found: string, fix: string): Finding {
  return { status: 'warning', found, fix }
}

/** Where a Problem is the cluster's own words, with no fix in them. */
const WORDS_ONLY: ReadonlySet<string> = new Set(['cluster_refused', 'not_found', 'conflict'])

/** A Problem as what was found: the sentence before its last colon is the cause, that behind it the fix. */
export function findingOf(problem: Problem, fix: string, status: 'failed' | 'warning' = 'failed'): Finding {
  const at = problem.message.lastIndexOf(': ')
  if (at < 0 || WORDS_ONLY.has(problem.code)) return { status, found: problem.message, fix }
  return { status, found: problem.message.slice(0, at), fix: problem.message.slice(at + 2) }
}
