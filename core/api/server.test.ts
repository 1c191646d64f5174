import { createServer } from 'node:net'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { RunEvent, SequencedEvent } from '#core/contract/events.ts'
import type { Route } from '#core/contract/route.ts'
import { ROUTES } from '#core/contract/routes.ts'
import { createMemoryService } from './memory-service.ts'
import { openServerFixture, type ServerFixture } from './server-fixture.ts'
import { startServer } from './server.ts'

let fixture: ServerFixture
beforeAll(async () => {
  fixture = await openServerFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const post = (body: unknown, accept = 'application/json'): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', accept },
  body: JSON.stringify(body),
})
const finished: RunEvent = { kind: 'run.finished', status: 'succeeded', outputs: {} }
const expanded = (size: number): RunEvent => ({
  kind: 'step.expanded',
  step: 'train',
  items: [{ text: 'x'.repeat(size) }],
  key: 'k',
})
const newRun = async () => (await fixture.service.start({ file: '/x.yaml' }, {})).id

describe('the route table', () => {
  test.each(Object.entries<Route>(ROUTES))('%s has an example that its own schemas accept', (_name, route) => {
    const input = { ...route.example.input }
    const pick = (shape: object | undefined) =>
      Object.fromEntries(Object.entries(input).filter(([name]) => Object.hasOwn(shape ?? {}, name)))
    for (const schema of [route.params, route.query, route.body]) {
      if (schema !== undefined) expect(schema.safeParse(pick(schema.shape)).error).toBeUndefined()
    }
    if (route.response !== undefined) expect(route.response.safeParse(route.example.output).error).toBeUndefined()
    const known = [route.params, route.query, route.body].flatMap((schema) => Object.keys(schema?.shape ?? {}))
    expect(new Set(known).size).toBe(known.length)
  })

  test('is told as OpenAPI 3.1', async () => {
    const answer = await fixture.fetch('/api/v1/openapi.json')
    expect(await answer.json()).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } })
  })
})

describe('long calls', () => {
  test('tell their lines, then the result', async () => {
    const response = await fixture.fetch('/api/v1/pipelines/lock', post({ file: '/a.yaml' }, 'application/x-ndjson'))
    expect(response.headers.get('content-type')).toBe('application/x-ndjson')
    const lines = (await response.text()).split('\n').filter((line) => line !== '')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { line: 'resolving' },
      { line: 'two\nlines and „ünïcode“' },
      {
        result: {
          file: '/a.yaml.lock.json',
          changed: true,
          environments: { python: { digest: 'c0ffee', packages: 2 } },
        },
      },
    ])
  })
  test('tell their problem last', async () => {
    const response = await fixture.fetch(
      '/api/v1/pipelines/lock',
      post({ file: '/offline.yaml' }, 'application/x-ndjson'),
    )
    const last = (await response.text()).trim().split('\n').at(-1) ?? ''
    expect(JSON.parse(last)).toMatchObject({ problem: { code: 'network_unavailable', status: 503, retry: true } })
  })
  test('are plain JSON for those who do not ask for lines', async () => {
    const response = await fixture.fetch('/api/v1/pipelines/lock', post({ file: '/a.yaml' }))
    expect(await response.json()).toMatchObject({ changed: true })
    expect((await fixture.fetch('/api/v1/pipelines/lock', post({ file: '/offline.yaml' }))).status).toBe(503)
  })
  test.each(['application/json', 'application/x-ndjson'])(
    'are given up when the caller of %s goes away',
    async (accept) => {
      const before = fixture.service.aborted.length
      const leave = new AbortController()
      const asked = fixture.fetch('/api/v1/pipelines/lock', {
        ...post({ file: '/slow.yaml' }, accept),
        signal: leave.signal,
      })
      setTimeout(() => leave.abort(), 100)
      await expect(asked.then((response) => response.text())).rejects.toThrow(/abort/)
      await expect.poll(() => fixture.service.aborted.length).toBe(before + 1)
    },
  )
})

describe('runs', () => {
  test('are listed in pages', async () => {
    const ids = [await newRun(), await newRun(), await newRun()].toReversed()
    const read = async (query: string) =>
      (await (await fixture.fetch(`/api/v1/runs?${query}`)).json()) as { runs: { id: string }[]; next: string | null }
    const first = await read('limit=2')
    expect(first.runs.map((run) => run.id)).toEqual(ids.slice(0, 2))
    expect(first.next).toBe(ids[1])
    expect((await read(`limit=2&before=${first.next}`)).runs[0]?.id).toBe(ids[2])
  })
  test('unknown ones are a problem with its status', async () => {
    const response = await fixture.fetch('/api/v1/runs/abcd')
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
    expect(await response.json()).toMatchObject({ code: 'not_found', detail: expect.stringContaining('minisub runs') })
  })
  test('a cancel answers with nothing', async () => {
    const response = await fixture.fetch(`/api/v1/runs/${await newRun()}/cancel`, { method: 'POST' })
    expect([response.status, await response.text()]).toEqual([204, ''])
  })
  test('a followed log answers when a line comes', async () => {
    const run = await newRun()
    const asked = fixture.fetch(`/api/v1/runs/${run}/steps/train/log?follow=true`)
    setTimeout(() => fixture.service.addLine(run, 'hello'), 150)
    expect(await (await asked).json()).toMatchObject({ lines: [{ text: 'hello' }], next: 1, end: false })
    expect(await (await fixture.fetch(`/api/v1/runs/${run}/steps/train/log?from=1`)).json()).toMatchObject({
      lines: [],
    })
  })
})

describe('artifacts', () => {
  const path = '/api/v1/runs/abcd/steps/make/outputs/files'
  beforeAll(() => {
    fixture.service.addFile('a/„x“ y.txt', '0123456789')
    fixture.service.addFile('empty', '')
  })
  const content = (query: string, headers: Record<string, string> = {}) =>
    fixture.fetch(`${path}/content?path=${encodeURIComponent(query)}`, { headers })

  test('come whole as a download with their digest as ETag', async () => {
    const response = await content('a/„x“ y.txt')
    const etag = response.headers.get('etag') ?? ''
    expect(await response.text()).toBe('0123456789')
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '10',
      'accept-ranges': 'bytes',
      'content-disposition': `attachment; filename="_x__y.txt"; filename*=UTF-8''%E2%80%9Ex%E2%80%9C%20y.txt`,
      'x-content-type-options': 'nosniff',
    })
    expect((await content('a/„x“ y.txt', { 'if-none-match': etag })).status).toBe(304)
  })
  test.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['bytes=-99', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
    ['bytes=5-2', 200, '0123456789', null],
    ['items=1-2', 200, '0123456789', null],
  ])('the range %s answers %i', async (range, status, text, contentRange) => {
    const response = await content('a/„x“ y.txt', { range })
    expect([response.status, await response.text(), response.headers.get('content-range')]).toEqual([
      status,
      text,
      contentRange,
    ])
  })
  test('a range outside answers 416 and says the size', async () => {
    for (const range of ['bytes=10-', 'bytes=99-100', 'bytes=-0']) {
      const response = await content('a/„x“ y.txt', { range })
      expect([response.status, response.headers.get('content-range')]).toEqual([416, 'bytes */10'])
      expect(await response.json()).toMatchObject({ code: 'range_not_satisfiable' })
    }
  })
  test('a range of another version answers with the whole', async () => {
    expect((await content('a/„x“ y.txt', { range: 'bytes=2-4', 'if-range': '"other"' })).status).toBe(200)
  })
  test('an empty file and HEAD carry no bytes', async () => {
    const empty = await content('empty')
    expect([empty.status, await empty.text()]).toEqual([200, ''])
    const head = await fixture.fetch(`${path}/content?path=${encodeURIComponent('a/„x“ y.txt')}`, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', ''])
  })
  test('a file that cannot be read to its end breaks off, and the log says why', async () => {
    await using own = await openServerFixture()
    own.service.addFile('bad', 'unreadable')
    const response = await own.fetch(`${path}/content?path=bad`)
    await expect(response.text()).rejects.toThrow()
    expect(readFileSync(join(own.home, 'core.log'), 'utf8')).toContain('the disk is broken')
  })
  test('only a path of the listing is served', async () => {
    const { files } = (await (await fixture.fetch(path)).json()) as { files: { path: string }[] }
    expect(files.map((file) => file.path)).toEqual(['a/„x“ y.txt', 'empty'])
    for (const other of ['', '../../etc/passwd', '/etc/passwd', 'a', 'a/../empty']) {
      expect([other, (await content(other)).status]).toEqual([other, 404])
    }
  })
})

describe('the event stream', () => {
  const opened: WebSocket[] = []
  beforeEach(() => void opened.splice(0))
  type Stream = {
    readonly socket: WebSocket
    readonly seqs: number[]
    readonly messages: SequencedEvent[][]
    readonly closed: Promise<number>
  }
  function listen(run: string, from = 1): Stream {
    const url = `${fixture.server.url.replace('http', 'ws')}/api/v1/events?run=${run}&from=${from}`
    const socket = new WebSocket(url, ['minisub', `minisub.token.${fixture.token}`])
    const messages: SequencedEvent[][] = []
    const seqs: number[] = []
    socket.on('message', (data: Buffer) => {
      const events = JSON.parse(data.toString()) as SequencedEvent[]
      messages.push(events)
      seqs.push(...events.map((event) => event.seq))
    })
    return { socket, seqs, messages, closed: new Promise((resolve) => socket.on('close', resolve)) }
  }
  const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

  test('gives the backlog, then what comes, and ends with 1000 after run.finished', async () => {
    const run = await newRun()
    fixture.service.emit(run, { kind: 'run.started' }, expanded(1))
    const stream = listen(run)
    await expect.poll(() => stream.seqs).toEqual([1, 2])
    fixture.service.emit(run, expanded(1), expanded(1))
    fixture.service.emit(run, finished)
    expect(await stream.closed).toBe(1000)
    expect(stream.seqs).toEqual([1, 2, 3, 4, 5])
    const late = listen(run, 4)
    expect(await late.closed).toBe(1000)
    expect(late.seqs).toEqual([4, 5])
    const after = listen(run, 6)
    expect([await after.closed, after.seqs]).toEqual([1000, []])
  })
  test('has neither gaps nor repeats while a long backlog is read and events go on', async () => {
    const run = await newRun()
    fixture.service.emit(run, ...Array.from({ length: 5_000 }, () => expanded(100)))
    const stream = listen(run, 10)
    for (let batch = 0; batch < 100; batch += 1) {
      fixture.service.emit(run, ...Array.from({ length: 20 }, () => expanded(100)))
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    fixture.service.emit(run, ...Array.from({ length: 2_500 }, () => expanded(1)), finished)
    expect(await stream.closed).toBe(1000)
    expect(stream.seqs).toEqual(numbers(10, 9_501))
    expect(Math.max(...stream.messages.map((message) => message.length))).toBeLessThanOrEqual(1_000)
  })
  test('keeps little for a reader that is slow, and gives it everything later', async () => {
    const run = await newRun()
    const stream = listen(run)
    await new Promise((resolve) => stream.socket.once('open', resolve))
    stream.socket.pause()
    const before = process.memoryUsage()
    for (let batch = 0; batch < 400; batch += 1) {
      fixture.service.emit(run, ...Array.from({ length: 10 }, () => expanded(20_000)))
      await new Promise((resolve) => setImmediate(resolve))
    }
    const grown =
      process.memoryUsage().external + process.memoryUsage().arrayBuffers - before.external - before.arrayBuffers
    expect(grown).toBeLessThan(40_000_000)
    fixture.service.emit(run, finished)
    stream.socket.resume()
    expect(await stream.closed).toBe(1000)
    expect(stream.seqs).toEqual(numbers(1, 4_001))
  })
  test('of an unknown run is refused', async () => {
    const stream = listen('abcd')
    const status = await new Promise((resolve) =>
      stream.socket.on('unexpected-response', (_, response) => resolve(response.statusCode)),
    )
    stream.socket.on('error', () => undefined)
    stream.socket.terminate()
    expect(status).toBe(404)
  })
})

describe('the address', () => {
  test('is kept over a restart, with the token', async () => {
    const before = [fixture.server.port, fixture.token]
    const read = () => JSON.parse(readFileSync(join(fixture.home, 'address.json'), 'utf8')) as Record<string, unknown>
    expect(read()).toMatchObject({
      url: fixture.server.url,
      port: fixture.server.port,
      pid: process.pid,
      version: '1.2.3',
    })
    await fixture.restart()
    expect([fixture.server.port, readFileSync(join(fixture.home, 'token'), 'utf8').trim()]).toEqual(before)
    expect(read()['pid']).toBe(process.pid)
  })
  test('a taken port is a problem that says how to choose another', async () => {
    const home = mkdtempSync(join(tmpdir(), 'minisub-port-'))
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const logger = { info: () => undefined, warn: () => undefined, error: () => undefined }
    const { access, schedules, conformance, settings, secrets, targets, models, tracked, mlflow, runTracking, page } =
      fixture
    const domains = {
      service: createMemoryService(),
      access,
      schedules,
      moves: fixture.moves,
      conformance,
      settings,
      prices: fixture.prices,
      secrets,
      targets,
      models,
      parity: fixture.parity,
      planner: fixture.planner,
      mlflow,
      tracking: tracked,
      transfer: fixture.transfer,
      clusters: fixture.clusters,
      runTracking,
    }
    const options = { ...domains, home, version: '1', page, logger }
    await expect(startServer({ ...options, port })).rejects.toMatchObject({
      code: 'port_taken',
      message: expect.stringContaining('minisub serve --port'),
    })
    writeFileSync(join(home, 'token'), 'short')
    await expect(startServer(options)).rejects.toMatchObject({ code: 'conflict' })
    await new Promise((resolve) => other.close(resolve))
    rmSync(home, { recursive: true })
  })
})

test('closing tells WebSockets 1001, ends long polls at once and long calls too', async () => {
  await using own = await openServerFixture()
  const { id } = await own.service.start({ file: '/x' }, {})
  const socket = new WebSocket(`${own.server.url.replace('http', 'ws')}/api/v1/events?run=${id}`, [
    'minisub',
    `minisub.token.${own.token}`,
  ])
  const closed = new Promise((resolve) => socket.on('close', resolve))
  await new Promise((resolve) => socket.on('open', resolve))
  const poll = own.fetch(`/api/v1/runs/${id}/steps/a/log?follow=true`)
  const slow = own.fetch('/api/v1/pipelines/lock', post({ file: '/slow' }))
  await expect.poll(() => own.server.activity()).toMatchObject({ sockets: 1, requests: 2 })
  const started = Date.now()
  await own.server.close()
  expect(await closed).toBe(1001)
  expect((await poll).status).toBe(200)
  expect((await slow).status).toBe(503)
  expect(Date.now() - started).toBeLessThan(5_000)
  await expect(fetch(`${own.server.url}/health`)).rejects.toThrow()
})
