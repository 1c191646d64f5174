import { PROBLEM_CODES, type ProblemCode } from './problem-codes.ts'

/** Where in a text a problem lies; line and column count from 1. */
export type Place = { readonly line: number; readonly column: number }

/** One fault among several of the same document. */
export type Issue = {
  readonly code: ProblemCode
  readonly message: string
  /** Path inside the document, such as `spec.steps.train.command[2]`. */
  readonly path?: string
  readonly place?: Place
}

type ProblemExtra = {
  readonly path?: string
  readonly issues?: readonly Issue[]
  /** Further lines for the person who looks closer, such as the installer's own output. */
  readonly details?: string
  readonly cause?: unknown
}

/** The wire form of a Problem (RFC 9457, with our `code`, `issues` and `details`). */
export type ProblemJson = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ProblemCode
  readonly detail: string
  readonly retry: boolean
  readonly path?: string
  readonly issues?: readonly Issue[]
  readonly details?: string
}

/** The one expected failure: a code, and a sentence that names the cause and the fix. Anything else thrown is a bug. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly path: string | undefined
  readonly issues: readonly Issue[]
  readonly details: string | undefined

  constructor(code: ProblemCode, message: string, extra: ProblemExtra = {}) {
    super(message, { cause: extra.cause })
    this.name = 'Problem'
    this.code = code
    this.path = extra.path
    this.issues = extra.issues ?? []
    this.details = extra.details
  }

  toJSON(): ProblemJson {
    const { status, title, retry } = PROBLEM_CODES[this.code]
    return {
      type: `urn:mini-submarine:problem:${this.code}`,
      title,
      status,
      code: this.code,
      detail: this.message,
      retry,
      ...(this.path === undefined ? {} : { path: this.path }),
      ...(this.issues.length === 0 ? {} : { issues: this.issues }),
      ...(this.details === undefined ? {} : { details: this.details }),
    }
  }
}

/** Whether something thrown is a Problem, also one that was made by another copy of this module. */
export function isProblem(error: unknown): error is Problem {
  return error instanceof Error && error.name === 'Problem' && 'code' in error
}

/** The Problem that a wire form stands for. */
export function problemFromJson(json: ProblemJson): Problem {
  return new Problem(json.code, json.detail, {
    ...(json.path === undefined ? {} : { path: json.path }),
    ...(json.issues === undefined ? {} : { issues: json.issues }),
    ...(json.details === undefined ? {} : { details: json.details }),
  })
}
