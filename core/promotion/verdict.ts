import type { Plan } from '#core/contract/plan.ts'

type Judged = Pick<Plan, 'checks' | 'portability' | 'steps'>

/** Checks of what a run alone needs: a push makes no pod, and asks for no node. All others keep a push from working too. */
const OF_RUNS: ReadonlySet<string> = new Set(['nodes', 'quota-width'])

/**
 * Whether to push: `no` where a check failed, `warnings` where anything else is to be looked at. What a run alone needs for a
 * step that it would take from the cache or skip is a warning; a push looks at no cache and brings all steps.
 */
export function verdictOf({ checks, portability, steps }: Judged): Pick<Plan, 'verdict' | 'words'> {
  const isIdle = ({ decision }: Plan['steps'][number]): boolean => decision === 'cached' || decision === 'skipped'
  const idle = new Set(steps.filter(isIdle).map(({ name }) => name))
  const isFault = ({ id, step, status }: Plan['checks'][number]): boolean =>
    status === 'failed' && !(step !== null && idle.has(step) && OF_RUNS.has(id))
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
