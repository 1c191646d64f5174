import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { PROBLEM_CODES, type ProblemCode } from '#core/base/problem-codes.ts'
import { ProblemView } from '#core/contract/http.ts'
import type { Route } from '#core/contract/route.ts'
import { ROUTES, SOCKETS } from '#core/contract/routes.ts'
import { openApiDocument } from './openapi.ts'

const Schema = z.union([z.boolean(), z.record(z.string(), z.json())])
const Media = z.strictObject({
  schema: Schema.optional(),
  example: z.json().optional(),
  examples: z.record(z.string(), z.strictObject({ value: z.json() })).optional(),
})
const Reference = z.strictObject({ $ref: z.string() })
const Answer = z.strictObject({
  description: z.string().min(1),
  headers: z.record(z.string(), z.strictObject({ description: z.string(), schema: Schema })).optional(),
  content: z.record(z.string().regex(/^[a-z]+\/[a-z0-9.+-]+/), Media).optional(),
})
const Parameter = z.strictObject({
  name: z.string(),
  in: z.enum(['path', 'query']),
  required: z.boolean(),
  schema: Schema,
  example: z.json().optional(),
})
const Operation = z.strictObject({
  operationId: z.string().regex(/^[a-z][A-Za-z]+$/),
  summary: z.string().min(1),
  tags: z.array(z.string()).length(1),
  security: z.array(z.never()).optional(),
  parameters: z.array(Parameter),
  requestBody: z.strictObject({ required: z.boolean(), content: z.record(z.string(), Media) }).optional(),
  responses: z.record(z.string().regex(/^[1-5]\d\d$/), z.union([Reference, Answer])),
})
/** The parts of OpenAPI 3.1 that the document uses; nothing else may be in it. */
const OpenApi = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: z.strictObject({ title: z.string(), version: z.string(), description: z.string() }),
  servers: z.array(z.strictObject({ url: z.string() })),
  tags: z.array(z.strictObject({ name: z.string(), description: z.string() })),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  paths: z.record(z.string().startsWith('/'), z.partialRecord(z.enum(['get', 'post', 'put', 'delete']), Operation)),
  components: z.strictObject({
    securitySchemes: z.record(z.string(), z.record(z.string(), z.string())),
    schemas: z.record(z.string().regex(/^[a-zA-Z0-9._-]+$/), Schema),
    responses: z.record(z.string().regex(/^[a-zA-Z0-9._-]+$/), Answer),
  }),
  'x-websockets': z.array(
    z.strictObject({
      name: z.string(),
      path: z.string().startsWith('/'),
      summary: z.string(),
      security: z.array(z.record(z.string(), z.array(z.string()))),
      subprotocols: z.array(z.string()),
      query: Schema,
      message: Schema,
      closeCodes: z.record(z.string(), z.string()),
      example: z.strictObject({ query: z.json(), message: z.json() }),
    }),
  ),
})
type Document = z.infer<typeof OpenApi>

let document: Document
type Placed = { path: string; method: string; operation: z.infer<typeof Operation> }
let operations: Placed[]
beforeAll(() => {
  document = OpenApi.parse(JSON.parse(JSON.stringify(openApiDocument('1.2.3'))))
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
})

/** Whether a value fits a JSON schema of the document, as far as zod can tell. */
function fits(schema: unknown, value: unknown): string {
  const text = JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/')
  const defs = JSON.parse(JSON.stringify(document.components.schemas).replaceAll('#/components/schemas/', '#/$defs/'))
  const result = z.fromJSONSchema({ ...JSON.parse(text), $defs: defs }).safeParse(value)
  return result.success ? 'fits' : z.prettifyError(result.error)
}

const answerOf = (answer: z.infer<typeof Answer> | z.infer<typeof Reference>): z.infer<typeof Answer> => {
  if (!('$ref' in answer)) return answer
  const found = document.components.responses[answer.$ref.replace('#/components/responses/', '')]
  if (found === undefined) throw new Error(`${answer.$ref} leads nowhere`)
  return found
}

describe('the description of the interface', () => {
  test('has each route of the table once, under its own name', () => {
    const names = operations.map(({ operation }) => operation.operationId)
    expect(names.toSorted()).toEqual(Object.keys(ROUTES).toSorted())
    expect(new Set(names).size).toBe(names.length)
    for (const [name, route] of Object.entries<Route>(ROUTES)) {
      const placed = operations.find(({ operation }) => operation.operationId === name)
      expect([placed?.path, placed?.method]).toEqual([route.path, route.method.toLowerCase()])
    }
  })
  test('has no two paths that differ in the names of their parameters alone', () => {
    const shapes = Object.keys(document.paths).map((path) => path.replaceAll(/\{\w+\}/g, '{}'))
    expect(new Set(shapes).size).toBe(shapes.length)
  })
  test('declares every parameter that a path has, as required, and no other', () => {
    for (const { path, operation } of operations) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')
      const declared = operation.parameters.filter((parameter) => parameter.in === 'path')
      expect(declared.map(({ name }) => name).toSorted()).toEqual(named.toSorted())
      expect(declared.every(({ required, example }) => required && example !== undefined)).toBe(true)
      const all = operation.parameters.map((parameter) => `${parameter.in} ${parameter.name}`)
      expect(new Set(all).size).toBe(all.length)
    }
  })
  test('has no reference that leads nowhere, and nothing that nobody refers to', () => {
    const references = new Set([...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(([, to]) => to ?? ''))
    const { schemas, responses } = document.components
    const there = [
      ...Object.keys(schemas).map((name) => `#/components/schemas/${name}`),
      ...Object.keys(responses).map((name) => `#/components/responses/${name}`),
    ]
    expect([...references].toSorted()).toEqual(there.toSorted())
  })
  test('uses every tag that it has, and no other', () => {
    const used = new Set(operations.flatMap(({ operation }) => operation.tags))
    expect([...used].toSorted()).toEqual(document.tags.map(({ name }) => name).toSorted())
  })
  test('says for every operation but the open ones that a token is wanted', () => {
    for (const { operation } of operations) {
      const route = Object.entries<Route>(ROUTES).find(([name]) => name === operation.operationId)?.[1]
      expect([operation.operationId, operation.security]).toEqual([
        operation.operationId,
        route?.auth === 'token' ? undefined : [],
      ])
    }
  })
})

describe('its examples', () => {
  test('are there for every body that is sent or answered, and fit their schemas', () => {
    let checked = 0
    const check = (where: string, media: z.infer<typeof Media>) => {
      expect([where, media.example === undefined]).toEqual([where, false])
      expect([where, fits(media.schema, media.example)]).toEqual([where, 'fits'])
      checked += 1
    }
    for (const { operation } of operations) {
      const name = operation.operationId
      for (const media of Object.values(operation.requestBody?.content ?? {})) check(`${name} body`, media)
      for (const [status, answer] of Object.entries(operation.responses)) {
        if (!status.startsWith('2')) continue
        for (const [type, media] of Object.entries(answerOf(answer).content ?? {})) {
          if (type !== 'application/octet-stream' && type !== 'application/x-ndjson') check(`${name} ${status}`, media)
        }
      }
      for (const { name: parameter, schema, example } of operation.parameters) {
        if (example !== undefined) expect([name, parameter, fits(schema, example)]).toEqual([name, parameter, 'fits'])
      }
    }
    expect(checked).toBeGreaterThan(35)
  })
  test('that do not fit would be seen', () => {
    const showRun = operations.find(({ operation }) => operation.operationId === 'showRun')?.operation
    const media = answerOf(showRun?.responses['200'] ?? { $ref: '' }).content?.['application/json']
    expect(fits(media?.schema, media?.example)).toBe('fits')
    expect(fits(media?.schema, { id: 1 })).toContain('id')
  })
  test('of a text are that text', () => {
    const metrics = operations.find(({ operation }) => operation.operationId === 'metrics')?.operation
    const [type, media] = Object.entries(answerOf(metrics?.responses['200'] ?? { $ref: '' }).content ?? {})[0] ?? []
    expect([type, media?.example]).toEqual([ROUTES.metrics.text, ROUTES.metrics.example.output])
  })
})

describe('refusals', () => {
  test('name their codes under the status that each has, with a Problem as example', () => {
    for (const { operation } of operations) {
      for (const [status, reference] of Object.entries(operation.responses)) {
        if (status.startsWith('2')) continue
        const media = answerOf(reference).content?.['application/problem+json']
        const examples = Object.entries(media?.examples ?? {})
        expect(examples.length).toBeGreaterThan(0)
        for (const [code, { value }] of examples) {
          const problem = ProblemView.parse(value)
          expect([problem.code, String(problem.status)]).toEqual([code, status])
          expect(PROBLEM_CODES[code as ProblemCode].status).toBe(Number(status))
          expect(fits(media?.schema, value)).toBe('fits')
        }
      }
    }
  })
  test('of every operation are at least 403, 500 and 503, and 401 and 429 where a token or a code is wanted', () => {
    for (const { operation } of operations) {
      const statuses = Object.keys(operation.responses)
      const wanted = ['403', '500', '503', ...(operation.operationId === 'health' ? [] : ['401', '429'])]
      expect([operation.operationId, wanted.filter((status) => !statuses.includes(status))]).toEqual([
        operation.operationId,
        [],
      ])
    }
    const health = operations.find(({ operation }) => operation.operationId === 'health')
    expect(Object.keys(health?.operation.responses ?? {})).not.toContain('429')
    const limited = operations.find(({ operation }) => operation.operationId === 'openSession')
    expect(answerOf(limited?.operation.responses['429'] ?? { $ref: '' }).headers).toHaveProperty('Retry-After')
  })
})

test('the WebSockets are described, with examples that fit', () => {
  expect(document['x-websockets'].map(({ name, path }) => [name, path])).toEqual(
    Object.entries(SOCKETS).map(([name, { path }]) => [name, path]),
  )
  for (const { name, query, message, example } of document['x-websockets']) {
    expect([name, fits(query, example.query), fits(message, example.message)]).toEqual([name, 'fits', 'fits'])
  }
  for (const [name, socket] of Object.entries(SOCKETS)) {
    expect([name, socket.query.safeParse(socket.example.query).error]).toEqual([name, undefined])
    expect([name, socket.message.safeParse(socket.example.message).error]).toEqual([name, undefined])
  }
})
