import { z } from 'zod'
import { PROBLEM_CODES, type ProblemCode } from '#core/base/problem-codes.ts'
import { FIELD_NAME, STEP_NAME } from './document.ts'
import type { SequencedEvent } from './events.ts'

/** Where the versioned interface lies. */
export const API_PREFIX = '/api/v1'
/** Media type of answers that tell their progress. */
export const NDJSON = 'application/x-ndjson'
/** Subprotocol of every WebSocket; the token travels beside it as `minisub.token.<hex>`. */
export const SOCKET_PROTOCOL = 'minisub'
export const SOCKET_TOKEN_PREFIX = 'minisub.token.'
/** Header that callers with a cookie add to unsafe methods. */
export const CSRF_HEADER = 'x-minisub-csrf'

const EVENT_HEAD = z.looseObject({ seq: z.int(), at: z.number(), kind: z.string() })
const isCode = (value: unknown): value is ProblemCode =>
  typeof value === 'string' && Object.hasOwn(PROBLEM_CODES, value)
const problemCode = z.custom<ProblemCode>(isCode).meta({ type: 'string' })

/** A run's id, or a beginning of it that only one run has. */
export const runParameter = z
  .string()
  .regex(/^[0-9a-z][0-9a-z-]{0,62}$/, { error: 'a run id is lower-case letters and digits' })
/** An id of a pipeline: see `PipelineRow.id`. */
export const pipelineParameter = z
  .string()
  .regex(/^[0-9a-f]{16}$/, { error: 'an id of a pipeline is 16 hexadecimal digits' })
/** An id that the core made. */
export const idParameter = z.string().regex(/^[0-9a-z]{26}$/, { error: 'an id is 26 lower-case letters and digits' })
export const stepParameter = z.string().regex(STEP_NAME, { error: 'not a name of a step' })
export const outputParameter = z.string().regex(FIELD_NAME, { error: 'not a name of an output' })
export const digestParameter = z
  .string()
  .regex(/^(sha256:)?[0-9a-f]{4,64}$/, { error: 'a digest is 4 to 64 lower-case hexadecimal digits' })

/** An integer that stands as text in an address. */
export const queryInteger = (minimum: number, maximum: number) =>
  z.coerce.number<number>().int().min(minimum).max(maximum)
/** The index of an item of a fan-out; absent outside one. */
export const itemQuery = queryInteger(0, Number.MAX_SAFE_INTEGER).optional()
/** A boolean that stands as text in an address. */
export const queryFlag = z.union([z.boolean(), z.stringbool()]).default(false)

export const Health = z.object({
  status: z.enum(['ready', 'stopping']),
  version: z.string(),
  /** HMAC-SHA256 of `health <challenge>` by the token, in hex: who asks sees that this is the core before it says the token. */
  proof: z.string().optional(),
})
export type Health = z.infer<typeof Health>

export const SessionView = z.object({
  /** Goes into the header `x-minisub-csrf` of unsafe methods. */
  csrf: z.string(),
  expiresAt: z.iso.datetime(),
})
export type SessionView = z.infer<typeof SessionView>

export const SessionCode = z.object({ code: z.string(), expiresAt: z.iso.datetime() })
export type SessionCode = z.infer<typeof SessionCode>

export const LockView = z.object({
  file: z.string(),
  changed: z.boolean(),
  environments: z.record(z.string(), z.object({ digest: z.string(), packages: z.int() })),
})

export const ArtifactFileView = z.object({
  /** With forward slashes; empty for an output that is one file or a value. */
  path: z.string(),
  size: z.number(),
  sha256: z.string(),
  executable: z.boolean(),
})

/** An event of a run; `kind` decides which further fields it has. */
export const EventView = z
  .custom<SequencedEvent>((value) => EVENT_HEAD.safeParse(value).success, { error: 'not an event of a run' })
  .meta({
    type: 'object',
    required: ['seq', 'at', 'kind'],
    properties: { seq: { type: 'integer' }, at: { type: 'number' }, kind: { type: 'string' } },
  })

/** One of several faults, with its place in a document. */
export const ProblemIssue = z.object({
  code: problemCode.catch('internal'),
  message: z.string(),
  path: z.string().optional(),
  place: z.object({ line: z.int(), column: z.int() }).optional(),
})

/** The wire form of a Problem; a code that this version does not know reads `internal`. */
export const ProblemView = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: problemCode.catch('internal'),
  detail: z.string(),
  retry: z.boolean(),
  path: z.string().optional(),
  issues: z.array(ProblemIssue).optional(),
  details: z.string().optional(),
})

/** The file that tells clients where the core of a data folder is. */
export const Address = z.object({
  url: z.string(),
  port: z.int(),
  /** Null after the core has closed; the port is kept for the next one. */
  pid: z.int().nullable(),
  version: z.string(),
  startedAt: z.iso.datetime(),
})
export type Address = z.infer<typeof Address>
