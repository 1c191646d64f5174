import { z } from 'zod'
import { PROBLEM_CODES } from '#core/base/problem-codes.ts'
import { NDJSON, ProblemView } from '#core/contract/http.ts'
import type { Route } from '#core/contract/route.ts'
import { ROUTES, SOCKETS } from '#core/contract/routes.ts'

type Json = z.core.util.JSONType
type Schemas = Record<string, Json>
type Document = { [key: string]: Json }

/** The interface as OpenAPI 3.1, made from the route table. */
export function openApiDocument(version: string): Document {
  const schemas: Schemas = {}
  schemas.Problem = schemaOf(ProblemView, { name: 'Problem', io: 'output', schemas })
  const paths: Record<string, Document> = {}
  for (const [name, route] of Object.entries<Route>(ROUTES)) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(name, route, schemas) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Mini-Submarine',
      version,
      description: `The core's interface. Events of a run come over the WebSocket ${SOCKETS.events.path}?run=…&from=….`,
    },
    security: [{ token: [] }],
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } }, schemas },
  }
}

function operation(name: string, route: Route, schemas: Schemas): Document {
  return {
    operationId: name,
    summary: route.summary,
    ...(route.auth === 'token' ? {} : { security: [] }),
    parameters: [...parameters(route, 'params', schemas), ...parameters(route, 'query', schemas)],
    ...(route.body === undefined ? {} : { requestBody: requestBody(name, route, schemas) }),
    responses: responses(name, route, schemas),
  }
}

function parameters(route: Route, key: 'params' | 'query', schemas: Schemas): Document[] {
  return Object.entries(route[key]?.shape ?? {}).map(([name, schema]) => {
    const json = schemaOf(schema, { name, io: 'input', schemas })
    const required = key === 'params' || !z.safeParse(schema, undefined).success
    return { name, in: key === 'params' ? 'path' : 'query', required, schema: json }
  })
}

function requestBody(name: string, route: Route, schemas: Schemas): Document {
  if (route.body === undefined) throw new Error(`${name} has no body`)
  const fields = new Set(Object.keys(route.body.shape))
  const example = Object.entries<Json>({ ...route.example.input }).filter(([field]) => fields.has(field))
  const schema = schemaOf(route.body, { name, io: 'input', schemas })
  return { required: true, content: { 'application/json': { schema, example: Object.fromEntries(example) } } }
}

function responses(name: string, route: Route, schemas: Schemas): Document {
  const problem = { $ref: '#/components/schemas/Problem' }
  const fault = {
    description: `A problem: ${[...new Set(Object.values(PROBLEM_CODES).map((code) => code.status))].join(', ')}`,
    content: { 'application/problem+json': { schema: problem } },
  }
  if (route.bytes === true) {
    const content = { 'application/octet-stream': {} }
    return { 200: { description: 'All bytes', content }, 206: { description: 'A range', content }, default: fault }
  }
  if (route.response === undefined) return { 204: { description: 'Done' }, default: fault }
  const schema = schemaOf(route.response, { name, io: 'output', schemas })
  const content: Document = { 'application/json': { schema, example: z.json().parse(route.example.output) } }
  if (route.progress === true) {
    const kinds = [
      ['line', { type: 'string' }],
      ['result', schema],
      ['problem', problem],
    ] as const
    const lines = kinds.map(([key, value]) => ({ type: 'object', required: [key], properties: { [key]: value } }))
    content[NDJSON] = { schema: { description: 'One JSON text a line', oneOf: lines } }
  }
  return { [route.status ?? 200]: { description: 'Done', content }, default: fault }
}

type SchemaOptions = { readonly name: string; readonly io: 'input' | 'output'; readonly schemas: Schemas }

/** The JSON schema; parts that refer to themselves move to the components, where references find them. */
function schemaOf(schema: z.core.$ZodType, { name, io, schemas }: SchemaOptions): Json {
  const made = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  const {
    $schema: _,
    $defs: own = {},
    ...rest
  } = z.record(z.string(), z.json()).parse(JSON.parse(JSON.stringify(made)))
  const rewrite = (value: unknown): Json => {
    const text = JSON.stringify(value).replaceAll('"#/$defs/', `"#/components/schemas/${name}.`)
    return z.json().parse(JSON.parse(text))
  }
  for (const [key, value] of Object.entries(own ?? {})) schemas[`${name}.${key}`] = rewrite(value)
  return rewrite(rest)
}
