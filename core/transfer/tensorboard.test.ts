import { appendFileSync, cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { transferForTest, type TransferFixture } from './transfer-fixture.ts'

const FIXTURE = join(import.meta.dirname, '../../test/fixtures/tensorboard')
const V1 = 'v1/events.out.tfevents.1700000000.host.a'

function copyFor({ folder }: TransferFixture): string {
  const copy = join(folder, 'logs')
  cpSync(FIXTURE, copy, { recursive: true })
  return copy
}

function runsOf({ tracking }: TransferFixture) {
  const { items } = tracking.reads.runs({ experimentIds: ['1'], maxResults: 10 })
  return Object.fromEntries(items.map((run) => [run.info.name, run]))
}

test('scalars, images, texts and hparams of real writers come in, a run a folder', async () => {
  const fixture = transferForTest()
  const report = await fixture.import(copyFor(fixture))
  expect(report).toMatchObject({ kind: 'tensorboard', runs: 3, points: 12, artifacts: { files: 2 } })
  expect(report.experiments).toEqual([{ name: 'logs', id: '1', runs: 3 }])
  expect(report.skipped).toEqual([{ what: '1 of histograms in v1', why: 'they are not taken in' }])
  const runs = runsOf(fixture)
  expect(Object.keys(runs).toSorted()).toEqual(['v1', 'v1/tuned', 'v2'])
  const id = runs['v1']?.info.id ?? ''
  const { items } = fixture.tracking.reads.history({ runId: id, key: 'loss/train' })
  expect(items.map(({ step, timestamp }) => [step, timestamp])).toEqual(
    [0, 1, 2, 3, 4].map((step) => [step, 1_700_000_000_000 + step * 1_000]),
  )
  expect(items.map(({ value }) => value)).toEqual([0, 1, 2, 3, 4].map((step) => Math.fround(1 / (step + 1))))
  expect(runs['v1/tuned']?.params).toEqual([
    { key: 'lr', value: '0.5' },
    { key: 'name', value: 'adam' },
    { key: 'on', value: 'true' },
  ])
  expect(runs['v2']?.metrics).toMatchObject([{ key: 'loss', value: 2, step: 4 }])
  expect(fixture.artifacts.get(`1/${id}/artifacts/images/cat/2.png`).size).toBe(79)
  expect(fixture.artifacts.list(`1/${id}/artifacts/text/note/text_summary`)).toMatchObject([{ name: '1.md' }])
})

test('a torn end is no fault, and what the writer adds comes with the next import', async () => {
  const fixture = transferForTest()
  const logs = copyFor(fixture)
  const file = join(logs, V1)
  const bytes = readFileSync(file)
  truncateSync(file, 200)
  const first = await fixture.import(logs, { experiment: 'mine' })
  expect(first.experiments[0]?.name).toBe('mine')
  expect(first.points).toBeLessThan(12)
  expect(first.skipped).toEqual([])
  writeFileSync(file, bytes)
  const second = await fixture.import(logs, { experiment: 'mine' })
  expect(second).toMatchObject({ runs: 0, known: 3, points: 12 - first.points })
})

test('a damaged file gives what lies before the damage and is named; the others come whole', async () => {
  const fixture = transferForTest()
  const logs = copyFor(fixture)
  appendFileSync(join(logs, V1), Buffer.alloc(16, 1))
  const report = await fixture.import(logs)
  expect(report).toMatchObject({ runs: 3, points: 12 })
  expect(report.skipped).toContainEqual({ what: join(logs, V1), why: expect.stringContaining('damaged at byte 5666') })
})

test('a single event file is a run; options of other kinds are refused', async () => {
  const fixture = transferForTest()
  const logs = copyFor(fixture)
  expect(await fixture.import(join(logs, V1))).toMatchObject({ runs: 1, points: 6 })
  await expect(fixture.import(logs, { artifacts: '/x' })).rejects.toMatchObject({ code: 'invalid_request' })
})
