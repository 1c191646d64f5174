import type { ProblemCode } from '#core/base/problem-codes.ts'
import { isProblem } from '#core/base/problem.ts'

/** The error codes of MLflow's protocol that are answered here, each with its HTTP status. */
const STATUS = {
  INVALID_PARAMETER_VALUE: 400,
  BAD_REQUEST: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  RESOURCE_DOES_NOT_EXIST: 404,
  ENDPOINT_NOT_FOUND: 404,
  RESOURCE_CONFLICT: 409,
  REQUEST_LIMIT_EXCEEDED: 429,
  RESOURCE_EXHAUSTED: 507,
  INTERNAL_ERROR: 500,
  DATA_LOSS: 500,
  NOT_IMPLEMENTED: 501,
  TEMPORARILY_UNAVAILABLE: 503,
} as const

export type ErrorCode = keyof typeof STATUS

/** A failure that has a code in MLflow's protocol, but none among our Problems. */
export class WireError extends Error {
  readonly errorCode: ErrorCode
  /** The rest of the request is not read: the connection must end with the answer. */
  readonly isLast: boolean

  constructor(errorCode: ErrorCode, message: string, isLast = false) {
    super(message)
    this.name = 'WireError'
    this.errorCode = errorCode
    this.isLast = isLast
  }
}

/** What a failure is on the wire. */
export type Failure = { readonly status: number; readonly errorCode: ErrorCode; readonly message: string }

const CODES: { readonly [Code in ProblemCode]?: ErrorCode } = {
  not_found: 'RESOURCE_DOES_NOT_EXIST',
  artifact_missing: 'RESOURCE_DOES_NOT_EXIST',
  artifact_corrupt: 'DATA_LOSS',
  tracking_invalid: 'INVALID_PARAMETER_VALUE',
  tracking_exists: 'RESOURCE_ALREADY_EXISTS',
  invalid_request: 'INVALID_PARAMETER_VALUE',
  unsupported_media_type: 'INVALID_PARAMETER_VALUE',
  method_not_allowed: 'ENDPOINT_NOT_FOUND',
  conflict: 'RESOURCE_CONFLICT',
  unauthorized: 'UNAUTHENTICATED',
  forbidden: 'PERMISSION_DENIED',
  too_many_requests: 'REQUEST_LIMIT_EXCEEDED',
  core_unreachable: 'TEMPORARILY_UNAVAILABLE',
  system_busy: 'TEMPORARILY_UNAVAILABLE',
  disk_full: 'RESOURCE_EXHAUSTED',
}

/**
 * The failure that a client is told: the code of MLflow's protocol that a Problem or WireError stands for. Undefined for
 * what is neither, which is a bug.
 */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof WireError) {
    return { status: STATUS[error.errorCode], errorCode: error.errorCode, message: error.message }
  }
  if (!isProblem(error)) return undefined
  const errorCode = CODES[error.code] ?? (error.toJSON().status < 500 ? 'BAD_REQUEST' : 'INTERNAL_ERROR')
  const status = error.code === 'range_not_satisfiable' ? 416 : STATUS[errorCode]
  return { status, errorCode, message: error.message }
}

/** The body of an answer that tells a failure. */
export function failureBody({ errorCode, message }: Failure): string {
  return JSON.stringify({ error_code: errorCode, message })
}
