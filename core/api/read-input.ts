import type { Context } from 'hono'
import type { z } from 'zod'
import { Problem, type Issue } from '#core/base/problem.ts'
import { readJson } from '#core/contract/read-json.ts'
import type { Route } from '#core/contract/route.ts'
import { withHeaders } from './answer-problem.ts'

/** The largest body that is read, in bytes. */
const BODY_LIMIT = 4 * 1024 * 1024
/** From one who has shown nothing yet. */
const CODE_BODY_LIMIT = 4 * 1024

/** The fields of path, query and body in one object, as the schemas of the route give them. Throws `invalid_request`. */
export async function readInput(route: Route, context: Context): Promise<object> {
  const params = route.params === undefined ? {} : parse(route.params, context.req.param())
  const query = route.query === undefined ? {} : parse(route.query, context.req.query())
  const body = route.body === undefined ? {} : parse(route.body, await readBody(context, route))
  return { ...params, ...query, ...body }
}

/** Parses with a schema; throws a Problem that names every fault. */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issues = result.error.issues.map(issueOf)
  const text = issues.map((issue) => (issue.path === undefined ? issue.message : `${issue.path}: ${issue.message}`))
  throw new Problem('invalid_request', `the request is not valid, see /api/v1/openapi.json: ${text.join('; ')}`, {
    issues,
  })
}

function issueOf({ code, message, path }: z.core.$ZodIssue): Issue {
  return {
    code: code === 'unrecognized_keys' ? 'unknown_key' : code === 'invalid_type' ? 'wrong_type' : 'invalid_value',
    message,
    ...(path.length === 0 ? {} : { path: path.join('.') }),
  }
}

async function readBody(context: Context, route: Route): Promise<unknown> {
  const limit = route.auth === 'code' ? CODE_BODY_LIMIT : BODY_LIMIT
  const json = readJson(decode(await readBytes(context, limit)))
  if (route.isSecret === true && (json.fault !== undefined || json.rounded.length > 0)) {
    throw new Problem('invalid_request', 'the body is not the JSON of this route: send {"value": "…"}')
  }
  if (json.fault !== undefined) throw new Problem('invalid_request', `the body is not JSON (${json.fault}): correct it`)
  const [rounded] = json.rounded
  if (rounded === undefined) return json.value
  throw new Problem('invalid_request', `the number ${rounded.source} cannot be held exactly: send one that can`)
}

/** The body, up to the limit; what lies beyond is never kept. */
async function readBytes(context: Context, limit: number): Promise<Buffer> {
  const tooLarge = () => {
    const problem = new Problem('body_too_large', `the body is larger than ${limit} bytes: send less`)
    return withHeaders(problem, { Connection: 'close' })
  }
  if (Number(context.req.header('content-length') ?? 0) > limit) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = context.req.raw.body?.getReader()
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
    if (done) return Buffer.concat(chunks)
    size += value.length
    if (size > limit) throw tooLarge()
    chunks.push(value)
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new Problem('invalid_request', 'the body is not UTF-8: send it as UTF-8', { cause })
  }
}

/** Whether a request has a body, and if so of the one type that is read. Throws Problem `unsupported_media_type`. */
export function checkContentType(headers: Headers, wanted: boolean): void {
  const length = headers.get('content-length')
  const hasBody = wanted || headers.has('transfer-encoding') || (length !== null && length !== '0')
  if (!hasBody || /^application\/json *(;|$)/i.test(headers.get('content-type') ?? '')) return
  throw new Problem('unsupported_media_type', 'bodies are JSON: send the header `Content-Type: application/json`')
}
