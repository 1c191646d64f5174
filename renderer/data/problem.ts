import { isProblem, Problem } from '#core/base/problem.ts'

/** The Problem of whatever was thrown; of a bug of the page one that says so. */
export function problemOf(error: unknown): Problem {
  if (isProblem(error)) return error
  const what = error instanceof Error ? error.message : String(error)
  return new Problem('internal', `the page failed (${what}): load it again, and report what it says`, { cause: error })
}
