import { expect, test } from 'vitest'
import type { ChangeView } from '#core/contract/changes.ts'
import type { SequencedEvent } from '#core/contract/events.ts'
import type { RunSummary } from '#core/contract/run.ts'
import { openServerFixture, type ServerFixture } from './server-fixture.ts'
import { openSocketPeer } from './socket-peer.ts'

const EVENTS = 200_000
const BATCH = 500

const peer = (own: ServerFixture, path: string) => openSocketPeer({ port: own.server.port, token: own.token }, path)

/** What the metric says that waits in this process for slow readers. */
async function waitingBytes(own: ServerFixture): Promise<number> {
  const text = await (await own.fetch('/metrics')).text()
  return Number(/^minisub_sockets_waiting_bytes (\d+)$/m.exec(text)?.[1])
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** The most that waits while `tell` is called again and again. */
async function mostWaiting(own: ServerFixture, tell: (index: number) => void): Promise<number> {
  let most = 0
  for (let index = 0; index < EVENTS; index += BATCH) {
    tell(index)
    await turn()
    if ((index / BATCH) % 20 === 0) most = Math.max(most, await waitingBytes(own))
  }
  return Math.max(most, await waitingBytes(own))
}

test('200,000 events for a peer that reads nothing wait in the database alone, and it gets each when it reads', async () => {
  await using own = await openServerFixture()
  const { id } = await own.service.start({ file: '/x' }, {})
  using slow = await peer(own, `/api/v1/events?run=${id}&from=1`)
  const item = { text: 'x'.repeat(200) }
  const batch = Array.from(
    { length: BATCH },
    () => ({ kind: 'step.expanded', step: 's', items: [item], key: 'k' }) as const,
  )
  const before = process.memoryUsage()
  const most = await mostWaiting(own, () => own.service.emit(id, ...batch))
  const after = process.memoryUsage()
  expect(most).toBeGreaterThan(100_000)
  expect(most).toBeLessThan(2_000_000)
  expect(after.external + after.arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(20_000_000)
  own.service.emit(id, { kind: 'run.finished', status: 'succeeded', outputs: {} })
  let next = 1
  let largest = 0
  slow.read((text) => {
    largest = Math.max(largest, text.length)
    for (const event of JSON.parse(text) as SequencedEvent[]) {
      if (event.seq !== next) throw new Error(`${event.seq} came where ${next} was due`)
      next += 1
    }
  })
  expect(await slow.closed).toBe(1000)
  expect(next).toBe(EVENTS + 2)
  expect(largest).toBeLessThan(300_000)
})

test('200,000 changes for a peer that reads nothing become one reset, and then it is told again', async () => {
  await using own = await openServerFixture()
  using slow = await peer(own, '/api/v1/changes')
  const row = (index: number): RunSummary => ({
    id: `run${index}`,
    pipeline: 'wine'.repeat(500),
    pipelineDigest: 'a9',
    target: 'process',
    status: 'running',
    createdAt: '2026-11-01T12:00:00.000Z',
    startedAt: null,
    finishedAt: null,
  })
  const tell = (from: number, count: number) => {
    for (let add = 0; add < count; add += 1) own.service.tell({ kind: 'run', run: row(from + add) })
  }
  // Messages of 2 MB, until the buffers of the system are full and the next one waits here.
  await expect
    .poll(
      async () => {
        tell(0, 900)
        return waitingBytes(own)
      },
      { timeout: 30_000 },
    )
    .toBeGreaterThan(300_000)
  const before = await waitingBytes(own)
  // Time for several messages, none of which may be sent.
  for (let round = 0; round < 4; round += 1) {
    tell(0, 900)
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  const most = await mostWaiting(own, (index) => tell(index, BATCH))
  expect(before).toBeLessThan(4_000_000)
  expect(most).toBeLessThanOrEqual(before)
  const seen: ChangeView[] = []
  slow.read((text) => seen.push(...(JSON.parse(text) as ChangeView[])))
  await expect.poll(() => seen.at(-1)?.kind).toBe('reset')
  tell(7, 1)
  await expect.poll(() => seen.at(-1)).toMatchObject({ kind: 'run', run: { id: 'run7' } })
  expect(seen[0]?.kind).toBe('hello')
  expect(seen.filter(({ kind }) => kind === 'reset').length).toBe(1)
})
