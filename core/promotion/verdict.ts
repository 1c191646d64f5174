import type { Plan } from '#core/contract/plan.ts'

type Judged = Pick<Plan, 'checks' | 'portability' | 'steps'>

/**
 * Whether to push: `no` where a check failed of a step that would run or of all, `warnings` where anything else is to be
 * looked at. What keeps a cached step from a pod does not keep a push from working today, and is a warning.
 */
export function verdictOf({ checks, portability, steps }: Judged): Pick<Plan, 'verdict' | 'words'> {
  const idle = new Set(steps.flatMap(({ name, decision }) => (decision === 'cached' ? [name] : [])))
  const isFault = ({ step, status }: Plan['checks'][number]): boolean =>
    status === 'failed' && (step === null || !idle.has(step))
  const faults = checks.filter(isFault)
  const [first] = faults
  if (first !== undefined) {
    const more = faults.length === 1 ? '' : `, and ${faults.length - 1} more`
    return { verdict: 'no', words: `no: ${first.step === null ? '' : `${first.step}: `}${first.found}${more}` }
  }
  const warnings =
    checks.filter(({ status }) => status === 'warning' || status === 'failed').length + portability.length
  const skipped = checks.filter(({ status }) => status === 'skipped').length
  if (warnings + skipped === 0) return { verdict: 'go', words: 'go' }
  const parts = [
    ...(warnings === 0 ? [] : [`with ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`]),
    ...(skipped === 0 ? [] : [`${skipped} ${skipped === 1 ? 'check was' : 'checks were'} not possible`]),
  ]
  return { verdict: 'warnings', words: `go, ${parts.join('; ')}` }
}
