import { isProblem } from '#core/base/problem.ts'
import { systemCode, writeError } from '#core/files/index.ts'
import type { RunnerEnd } from '#core/attempts/index.ts'

/** What the core is told of something thrown: a Problem as it is, a full disk as such, all else as a failure of the runner. */
export function problemOf(error: unknown): NonNullable<RunnerEnd['problem']> {
  const told = systemCode(error) === undefined ? error : writeError(error, 'the container')
  if (isProblem(told)) return { code: told.code, message: told.message }
  const message = told instanceof Error ? told.message : String(told)
  return { code: 'internal', message: `the step runner failed: ${message}` }
}

/** The end of a command that was not started, or whose runner failed. */
export function notStarted(problem: NonNullable<RunnerEnd['problem']>): RunnerEnd {
  const unknown = { cpuSeconds: null, peakMemoryBytes: null, outOfMemory: false, stoppedBy: null }
  return { exitCode: null, finishedAt: Date.now(), ...unknown, problem }
}
