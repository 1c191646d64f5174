import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openServerFixture, type ServerFixture } from '#core/api/server-fixture.ts'
import type { RunEvent, SequencedEvent } from '#core/contract/events.ts'
import { createClient, type Client } from './index.ts'

let fixture: ServerFixture
let client: Client
beforeAll(async () => {
  fixture = await openServerFixture()
  client = createClient({ url: fixture.server.url, token: fixture.token, reconnectMs: 5_000 })
})
afterAll(() => fixture[Symbol.asyncDispose]())

const started: RunEvent = { kind: 'run.started' }
const finished: RunEvent = { kind: 'run.finished', status: 'succeeded', outputs: {} }

async function collect(events: AsyncIterable<SequencedEvent[]>): Promise<number[]> {
  const seqs: number[] = []
  for await (const batch of events) seqs.push(...batch.map((event) => event.seq))
  return seqs
}

describe('calls', () => {
  test('are methods of the route table', async () => {
    expect(await client.health()).toEqual({ status: 'ready', version: '1.2.3' })
    const run = await client.startRun({ file: '/x.yaml', parameters: { depth: 3 } })
    expect((await client.showRun({ run: run.id })).outputs).toEqual({ file: '/x.yaml' })
    expect((await client.listRuns({ limit: 1 })).runs.map(({ id }) => id)).toEqual([run.id])
    expect(await client.cancelRun({ run: run.id })).toBeUndefined()
  })
  test('tell lines of progress', async () => {
    const lines: string[] = []
    const result = await client.lockPipeline({ file: '/x.yaml' }, { onLine: (line) => lines.push(line) })
    expect([result.changed, lines]).toEqual([true, ['resolving', 'two\nlines and „ünïcode“']])
  })
  test('throw the Problem that the core answered, with its issues', async () => {
    await expect(client.validatePipeline({ file: '/wrong.yaml' })).rejects.toMatchObject({
      name: 'Problem',
      code: 'document_invalid',
      issues: [{ code: 'unknown_key', path: 'spec.x', place: { line: 3, column: 1 } }],
    })
    await expect(client.lockPipeline({ file: '/offline.yaml' })).rejects.toMatchObject({ code: 'network_unavailable' })
    await expect(client.removeEnvironment({ digest: 'c0ffee' })).rejects.toMatchObject({ code: 'not_found' })
    const stranger = createClient({ url: fixture.server.url, token: '0'.repeat(64) })
    await expect(stranger.listRuns()).rejects.toMatchObject({ code: 'unauthorized' })
  })
  test('are given up by a signal', async () => {
    const before = fixture.service.aborted.length
    const signal = AbortSignal.timeout(100)
    await expect(client.lockPipeline({ file: '/slow.yaml' }, { signal })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    await expect.poll(() => fixture.service.aborted.length).toBe(before + 1)
  })
  test('say when nobody answers, or somebody who is not the core', async () => {
    const nobody = createClient({ url: 'http://127.0.0.1:1' })
    await expect(nobody.health()).rejects.toMatchObject({ code: 'core_unreachable' })
    const other = createServer((_, response) => response.writeHead(404).end('what?'))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await expect(createClient({ url: `http://127.0.0.1:${port}` }).health()).rejects.toMatchObject({
      code: 'core_unreachable',
    })
    await new Promise((resolve) => other.close(resolve))
  })
  test('read artifacts by range', async () => {
    fixture.service.addFile('data.csv', 'a,b\n1,2\n')
    const input = { run: 'abcd', step: 'make', output: 'files', path: 'data.csv' }
    expect(await (await client.readArtifact(input)).text()).toBe('a,b\n1,2\n')
    expect(await (await client.readArtifact(input, { range: { start: 4, end: 6 } })).text()).toBe('1,2')
    await expect(client.readArtifact({ ...input, path: 'no' })).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('events', () => {
  test('come once and in order, over a restart of the core', async () => {
    const { id } = await client.startRun({ file: '/x' })
    fixture.service.emit(id, started)
    const seen = collect(client.events(id))
    for (let round = 0; round < 3; round += 1) {
      fixture.service.emit(id, started, started)
      await fixture.restart()
      fixture.service.emit(id, started)
    }
    fixture.service.emit(id, finished)
    expect(await seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    expect(await collect(client.events(id, 11))).toEqual([11])
    expect(await collect(client.events(id, 12))).toEqual([])
  })
  test('reach a reader that is slower than they come', async () => {
    const { id } = await client.startRun({ file: '/x' })
    const seqs: number[] = []
    const reading = (async () => {
      for await (const batch of client.events(id)) {
        seqs.push(...batch.map((event) => event.seq))
        if (seqs.length < 5) await new Promise((resolve) => setTimeout(resolve, 300))
      }
    })()
    for (let batch = 0; batch < 600; batch += 1) {
      fixture.service.emit(id, started)
      await new Promise((resolve) => setImmediate(resolve))
    }
    fixture.service.emit(id, finished)
    await reading
    expect(seqs).toEqual(Array.from({ length: 601 }, (_, index) => index + 1))
  })
  test('of an unknown run and with a wrong token are the problem of the core', async () => {
    await expect(collect(client.events('abcd'))).rejects.toMatchObject({ code: 'not_found' })
    const stranger = createClient({ url: fixture.server.url, token: '0'.repeat(64) })
    await expect(collect(stranger.events('abcd'))).rejects.toMatchObject({ code: 'unauthorized' })
  })
  test('are given up when no core comes back, and by a signal', async () => {
    const impatient = createClient({ url: 'http://127.0.0.1:1', reconnectMs: 200 })
    await expect(collect(impatient.events('abcd'))).rejects.toMatchObject({ code: 'core_unreachable' })
    const { id } = await client.startRun({ file: '/x' })
    await expect(collect(client.events(id, 1, AbortSignal.timeout(100)))).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    await expect.poll(() => fixture.server.activity().sockets).toBe(0)
  })
})

test('a followed log gives its pages to the end, over a restart of the core', async () => {
  const { id } = await client.startRun({ file: '/x' })
  const texts: string[] = []
  const reading = (async () => {
    for await (const page of client.followLog({ run: id, step: 'train' }))
      texts.push(...page.lines.map((line) => line.text))
  })()
  fixture.service.addLine(id, 'one')
  await expect.poll(() => texts).toEqual(['one'])
  await fixture.restart()
  fixture.service.addLine(id, 'two')
  fixture.service.endLog(id)
  await reading
  expect(texts).toEqual(['one', 'two'])
})
