import { PROBLEM_CODES, type ProblemCode } from '#core/base/problem-codes.ts'
import type { RunStatus } from '#core/contract/events.ts'

/** What the process tells its caller: a public interface. */
export const EXIT = { succeeded: 0, failed: 1, inputWrong: 2, bug: 70, cancelled: 130 } as const

/** Not the caller's input either, though a repetition would not help and the status is no server's fault. */
const FAILURES: ReadonlySet<ProblemCode> = new Set([
  'command_failed',
  'step_timeout',
  'python_missing',
  'unauthorized',
  'forbidden',
  'cluster_unauthorized',
  'cluster_forbidden',
  'store_denied',
  'kind_unavailable',
  'cluster_preflight',
])

/** The exit code of a command that ended with a Problem: 2 where the caller's input has to change, else 1. */
export function exitCodeOfProblem(code: ProblemCode): number {
  const { retry, status } = PROBLEM_CODES[code]
  return retry || status >= 500 || FAILURES.has(code) ? EXIT.failed : EXIT.inputWrong
}

/** The exit code of a command that followed a run to its end. */
export function exitCodeOfRun(status: RunStatus): number {
  if (status === 'cancelled') return EXIT.cancelled
  return status === 'succeeded' ? EXIT.succeeded : EXIT.failed
}
