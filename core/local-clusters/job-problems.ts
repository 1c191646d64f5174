import { isProblem, Problem } from '#core/base/problem.ts'
import type { StoredJob, StoredProblem } from './types.ts'

/** Of a job whose deadline has passed. */
export function late({ startedAt, deadlineAt }: StoredJob): Problem {
  const minutes = Math.round((deadlineAt - startedAt) / 60_000)
  return new Problem('cluster_timeout', `it was not done within ${minutes} minutes: give it a longer deadline`)
}

/** Of a job that was given up, where that met something. */
export function notTakenBack({ code, message }: Problem): Problem {
  const what = `it was given up, but not all of it could be taken back (${message})`
  return new Problem(code, `${what}: mend that, then delete the cluster`)
}

/** An error as a Problem: what is none is a bug. */
export function problemOf(error: unknown): Problem {
  if (isProblem(error)) return error
  const words = error instanceof Error ? error.message : String(error)
  return new Problem('internal', `a bug: ${words}`, { cause: error })
}

/** A Problem as it is stored: cause and fix are one sentence in each. */
export function stored({ code, message }: Problem, cause: string | null): StoredProblem {
  const at = message.lastIndexOf(': ')
  return { code, message, cause, fix: at === -1 ? null : message.slice(at + 2) }
}
