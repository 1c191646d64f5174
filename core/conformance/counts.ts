import type { ConformanceReport, ConformanceResult } from '#core/contract/conformance.ts'

/** How many cases passed, failed and were skipped. */
export function countsOf(
  results: readonly ConformanceResult[],
): Pick<ConformanceReport, 'passed' | 'failed' | 'skipped'> {
  const count = (status: ConformanceResult['status']): number => results.filter((it) => it.status === status).length
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') }
}
