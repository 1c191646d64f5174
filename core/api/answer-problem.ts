import type { Logger } from 'pino'
import { isProblem, Problem } from '#core/base/problem.ts'

/** What the server writes to `core.log`. */
export type ServerLogger = Pick<Logger, 'info' | 'warn' | 'error'>

/**
 * The Problem that a caller is told. Anything else thrown is a bug: it goes to the log, and the caller learns only that
 * it happened.
 */
export function problemFor(error: unknown, logger: ServerLogger, where: string): Problem {
  if (isProblem(error)) return error
  logger.error({ err: error, where }, 'a request failed by a bug')
  return new Problem('internal', 'the core failed: look into core.log in the data folder, and report what it says')
}

type Names = Readonly<Record<string, string>>
const extraHeaders = new WeakMap<Problem, Names>()

/** The same Problem, whose answer has these headers too. */
export function withHeaders(problem: Problem, headers: Names): Problem {
  extraHeaders.set(problem, headers)
  return problem
}

/** Headers of the answer that carries a Problem, beside those that say what its body is. */
export function headersOf(problem: Problem): Names {
  const own: Names = problem.code === 'unauthorized' ? { 'WWW-Authenticate': 'Bearer' } : {}
  return { ...own, ...extraHeaders.get(problem) }
}

/** The answer that carries a Problem (RFC 9457). */
export function problemResponse(problem: Problem): Response {
  const json = problem.toJSON()
  return new Response(JSON.stringify(json), {
    status: json.status,
    headers: { 'Content-Type': 'application/problem+json', ...headersOf(problem) },
  })
}
