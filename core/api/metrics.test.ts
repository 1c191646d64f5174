import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createStats } from './stats.ts'
import { openServerFixture, type ServerFixture } from './server-fixture.ts'

type Sample = { readonly name: string; readonly labels: Record<string, string>; readonly value: number }

/** Reads the text format strictly: every line is a comment that is known, a sample or empty. */
async function scrape(own: ServerFixture): Promise<Sample[]> {
  const answer = await own.fetch('/metrics')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const samples: Sample[] = []
  for (const line of (await answer.text()).split('\n')) {
    if (line === '' || /^# (HELP|TYPE) [a-z0-9_]+ /.test(line)) continue
    const [, name, labels, value] = /^([a-z0-9_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    if (name === undefined || value === undefined) throw new Error(`not a sample: ${line}`)
    const pairs = [...(labels ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key, text])
    samples.push({ name, labels: Object.fromEntries(pairs), value: Number(value) })
  }
  return samples
}

function valueOf(samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number | undefined {
  const fits = (sample: Sample) => Object.entries(labels).every(([key, text]) => sample.labels[key] === text)
  return samples.find((sample) => sample.name === name && fits(sample))?.value
}

test('metrics count requests by route, with their durations, also those before somebody asked', async () => {
  await using own = await openServerFixture()
  const { id } = await own.service.start({ file: '/x' }, {})
  for (let ask = 0; ask < 3; ask += 1) await own.fetch(`/api/v1/runs/${id}`)
  await own.fetch('/api/v1/runs/abcd')
  await own.fetch('/nothing/of/this.js')
  await expect.poll(() => own.server.activity().requests).toBe(0)
  const samples = await scrape(own)
  const route = '/api/v1/runs/{run}'
  const requests = 'minisub_http_requests_total'
  expect(valueOf(samples, requests, { route, method: 'GET', status: '200' })).toBe(3)
  expect(valueOf(samples, requests, { route, method: 'GET', status: '404' })).toBe(1)
  expect(valueOf(samples, requests, { route: '', status: '404' })).toBe(1)
  const duration = 'minisub_http_request_duration_seconds'
  const labels = { route, status: '200' }
  expect(valueOf(samples, `${duration}_count`, labels)).toBe(3)
  expect(valueOf(samples, `${duration}_bucket`, { ...labels, le: '+Inf' })).toBe(3)
  expect(valueOf(samples, `${duration}_sum`, labels)).toBeGreaterThan(0)
  const buckets = samples.filter(
    ({ name, labels: own_ }) => name === `${duration}_bucket` && own_['route'] === route && own_['status'] === '200',
  )
  const values = buckets.map(({ value }) => value)
  expect(values).toEqual(values.toSorted((a, b) => a - b))
})

test('metrics tell of the process, runs, sockets and what was built, and do not double', async () => {
  await using own = await openServerFixture()
  const summary = {
    pipeline: 'wine',
    pipelineDigest: 'a9',
    target: 'process',
    createdAt: '',
    startedAt: null,
    finishedAt: null,
  }
  const tell = (id: string, status: 'running' | 'succeeded' | 'failed') =>
    own.service.tell({ kind: 'run', run: { ...summary, id, status } })
  tell('a', 'running')
  tell('a', 'succeeded')
  tell('a', 'succeeded')
  tell('b', 'failed')
  const socket = new WebSocket(`${own.server.url.replace('http', 'ws')}/api/v1/changes`, [
    'minisub',
    `minisub.token.${own.token}`,
  ])
  await new Promise((resolve) => socket.once('open', resolve))
  await scrape(own)
  const samples = await scrape(own)
  expect(valueOf(samples, 'minisub_runs_finished_total', { status: 'succeeded' })).toBe(1)
  expect(valueOf(samples, 'minisub_runs_finished_total', { status: 'failed' })).toBe(1)
  expect(valueOf(samples, 'minisub_runs_finished_total', { status: 'cancelled' })).toBe(0)
  expect(valueOf(samples, 'minisub_sockets_open', { kind: 'changes' })).toBe(1)
  expect(valueOf(samples, 'minisub_sockets_open', { kind: 'events' })).toBe(0)
  expect(valueOf(samples, 'minisub_runs_active')).toBe(0)
  expect(valueOf(samples, 'minisub_schedules_active')).toBe(0)
  expect(valueOf(samples, 'minisub_http_requests_open')).toBe(1)
  expect(valueOf(samples, 'minisub_build_info', { version: '1.2.3' })).toBe(1)
  expect(valueOf(samples, 'process_resident_memory_bytes')).toBeGreaterThan(10_000_000)
  expect(valueOf(samples, 'nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0)
  socket.close()
  await expect.poll(async () => valueOf(await scrape(own), 'minisub_sockets_open', { kind: 'changes' })).toBe(0)
})

test('metrics want the token', async () => {
  await using own = await openServerFixture()
  expect((await fetch(`${own.server.url}/metrics`)).status).toBe(401)
  const { token } = own.access.createToken('prometheus')
  expect((await own.fetch('/metrics', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)
})

test('counting a request costs little, and labels stay few whatever is asked', () => {
  const stats = createStats()
  const started = process.cpuUsage()
  for (let ask = 0; ask < 100_000; ask += 1) {
    stats.answered({ route: undefined, method: `M${ask}`, status: 404, ms: 1.5 })
  }
  const { user, system } = process.cpuUsage(started)
  expect([...stats.answers()].map(({ method, count }) => [method, count])).toEqual([['other', 100_000]])
  // In microseconds of the processor, of which a request may cost 100.
  expect((user + system) / 100_000).toBeLessThan(20)
})
