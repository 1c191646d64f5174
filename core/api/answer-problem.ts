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

/** The answer that carries a Problem (RFC 9457). */
export function problemResponse(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  const json = problem.toJSON()
  const extra: Record<string, string> = json.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}
  return new Response(JSON.stringify(json), {
    status: json.status,
    headers: { 'Content-Type': 'application/problem+json', ...extra, ...headers },
  })
}
