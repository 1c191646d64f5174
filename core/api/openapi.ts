import { z } from 'zod'
import { NDJSON, ProblemView, SOCKET_PROTOCOL, SOCKET_TOKEN_PREFIX } from '#core/contract/http.ts'
import type { Route, Socket } from '#core/contract/route.ts'
import { ROUTES, SOCKETS } from '#core/contract/routes.ts'
import { codesOf, problemAnswers } from './openapi-problems.ts'

type Json = z.core.util.JSONType
type Schemas = Record<string, Json>
type Document = { [key: string]: Json }

/** Areas by the beginning of the path behind the prefix; what is nowhere else belongs to the system. */
const TAGS = {
  system: 'The core itself and the browser’s session',
  pipelines: 'Documents, and the folders that they are looked for in',
  runs: 'Runs: starting, watching, and what they leave',
  environments: 'Python environments',
  schedules: 'Pipelines that start by the clock',
  targets: 'Where runs play: this machine, its container engine, clusters',
  settings: 'Settings of the data folder',
  prices: 'What runs cost and draw',
  secrets: 'Values that steps get as variables and that nobody is told',
  access: 'Who may talk to the core',
} as const

/** The interface as OpenAPI 3.1, made from the route table. */
export function openApiDocument(version: string): Document {
  const schemas: Schemas = {}
  schemas.Problem = schemaOf(ProblemView, { name: 'Problem', io: 'output', schemas })
  const answers: Document = {}
  const paths: Record<string, Document> = {}
  for (const [name, route] of Object.entries<Route>(ROUTES)) {
    const made = operation(name, route, { schemas, answers })
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: made }
  }
  const sockets = Object.entries<Socket>(SOCKETS).map(([name, socket]) => socketView(name, socket, schemas))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Mini-Submarine',
      version,
      description: 'The core’s interface. What is told over WebSockets is in `x-websockets`.',
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    security: [{ token: [] }, { session: [] }],
    paths,
    components: { securitySchemes: SECURITY, schemas, responses: answers },
    'x-websockets': sockets,
  }
}

const SECURITY: Document = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description: 'The token of the data folder, or one that was made for a program',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'minisub-{port}',
    description: 'The cookie of a browser; methods other than GET need the header `x-minisub-csrf` too',
  },
}

type Shared = { readonly schemas: Schemas; readonly answers: Document }

function operation(name: string, route: Route, shared: Shared): Document {
  const { schemas } = shared
  return {
    operationId: name,
    summary: route.summary,
    tags: [tagOf(route.path)],
    ...(route.auth === 'token' ? {} : { security: [] }),
    parameters: [...parameters(route, 'params', schemas), ...parameters(route, 'query', schemas)],
    ...(route.body === undefined ? {} : { requestBody: requestBody(name, route, schemas) }),
    responses: { ...success(name, route, schemas), ...problems(name, route, shared.answers) },
  }
}

function tagOf(path: string): keyof typeof TAGS {
  const area = /^\/api\/v1\/(\w+)/.exec(path)?.[1] ?? ''
  if (area === 'folders') return 'pipelines'
  return isTag(area) ? area : 'system'
}

function isTag(area: string): area is keyof typeof TAGS {
  return Object.hasOwn(TAGS, area)
}

function parameters(route: Route, key: 'params' | 'query', schemas: Schemas): Document[] {
  const examples = Object.entries<Json>({ ...route.example.input })
  return Object.entries(route[key]?.shape ?? {}).map(([name, schema]) => {
    const json = schemaOf(schema, { name, io: 'input', schemas })
    const required = key === 'params' || !z.safeParse(schema, undefined).success
    const example = examples.find(([field]) => field === name)?.[1]
    const place = key === 'params' ? 'path' : 'query'
    return { name, in: place, required, schema: json, ...(example === undefined ? {} : { example }) }
  })
}

function requestBody(name: string, route: Route, schemas: Schemas): Document {
  if (route.body === undefined) throw new Error(`${name} has no body`)
  const fields = new Set(Object.keys(route.body.shape))
  const example = Object.entries<Json>({ ...route.example.input }).filter(([field]) => fields.has(field))
  const schema = schemaOf(route.body, { name, io: 'input', schemas })
  return { required: true, content: { 'application/json': { schema, example: Object.fromEntries(example) } } }
}

function success(name: string, route: Route, schemas: Schemas): Document {
  if (route.bytes === true) {
    const content = { 'application/octet-stream': {} }
    return { 200: { description: 'All bytes', content }, 206: { description: 'A range', content } }
  }
  if (route.response === undefined) return { 204: { description: 'Done' } }
  const schema = schemaOf(route.response, { name, io: 'output', schemas })
  const content: Document = {
    [route.text ?? 'application/json']: { schema, example: z.json().parse(route.example.output) },
  }
  if (route.progress === true) {
    const kinds = [
      ['line', { type: 'string' }],
      ['result', schema],
      ['problem', { $ref: '#/components/schemas/Problem' }],
    ] as const
    const lines = kinds.map(([key, value]) => ({ type: 'object', required: [key], properties: { [key]: value } }))
    content[NDJSON] = { schema: { description: 'One JSON text a line', oneOf: lines } }
  }
  return { [route.status ?? 200]: { description: 'Done', content } }
}

/** One answer for each status; those of several operations stand in the components once. */
function problems(name: string, route: Route, answers: Document): Document {
  const own = problemAnswers(name, codesOf(name, route)).map(({ key, status, response }) => {
    answers[key] = z.json().parse(response)
    return [status, { $ref: `#/components/responses/${key}` }] as const
  })
  return Object.fromEntries(own)
}

function socketView(name: string, socket: Socket, schemas: Schemas): Document {
  return {
    name,
    path: socket.path,
    summary: socket.summary,
    security: [{ token: [] }, { session: [] }],
    subprotocols: [SOCKET_PROTOCOL, `${SOCKET_TOKEN_PREFIX}{token}`],
    query: schemaOf(socket.query, { name: `${name}Query`, io: 'input', schemas }),
    message: schemaOf(socket.message, { name: `${name}Message`, io: 'output', schemas }),
    closeCodes: {
      1000: 'Nothing will follow',
      1001: 'The core stops: connect again',
      1011: 'A fault of the core: look into core.log',
      4401: 'The session or token was revoked',
    },
    example: z.json().parse(socket.example),
  }
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
