import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import Papa from 'papaparse'
import { expect, test, vi } from 'vitest'
import { csvCell } from './csv-file.ts'
import { transferForTest, type TransferFixture } from './transfer-fixture.ts'

const RUN = 'a'.repeat(32)

async function tracked({ tracking: { writes }, artifacts }: TransferFixture): Promise<void> {
  const { id } = await writes.createExperiment({ name: 'wine, "red"' })
  const tags = [{ key: 'mlflow.parentRunId', value: 'p' }]
  await writes.createRun({ id: RUN, experimentId: id, name: '=1+1', startTime: 1_700_000_000_000, tags })
  const metrics = [Number.NaN, Number.POSITIVE_INFINITY, -0.5].map((value, step) => ({
    key: 'loss',
    value,
    step,
    timestamp: step,
  }))
  await writes.log(RUN, {
    metrics,
    params: [
      { key: 'text', value: 'a\r\nb, "c" é' },
      { key: 'none', value: '' },
    ],
  })
  await writes.createRun({ experimentId: '0', name: 'other' })
  await artifacts.put(`${id}/${RUN}/artifacts/sub/a.txt`, oneChunk('hello'))
}

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

async function parquet(folder: string, table: string): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: await asyncBufferFromFile(join(folder, `${table}.parquet`)) })
}

test('Parquet has every point with NaN and infinities, and texts as they are', async () => {
  const fixture = transferForTest()
  await tracked(fixture)
  const folder = join(fixture.folder, 'out')
  const terminate = vi.spyOn(Worker.prototype, 'terminate')
  const report = await fixture.export(folder, { experiments: ['1'], artifacts: true })
  // Its work is done: as a thread it ends by itself.
  expect(terminate).not.toHaveBeenCalled()
  terminate.mockRestore()
  expect(report.files.map(({ path, rows }) => [path, rows])).toEqual([
    ['runs.parquet', 1],
    ['metrics.parquet', 3],
    ['params.parquet', 2],
    ['tags.parquet', 2],
    ['datasets.parquet', 0],
    ['artifacts/', 1],
  ])
  expect(await parquet(folder, 'metrics')).toEqual(
    [Number.NaN, Number.POSITIVE_INFINITY, -0.5].map((value, step) => {
      return { run_id: RUN, key: 'loss', step: BigInt(step), timestamp: new Date(step), value }
    }),
  )
  expect(await parquet(folder, 'runs')).toMatchObject([
    { run_id: RUN, experiment: 'wine, "red"', name: '=1+1', start_time: new Date(1_700_000_000_000), end_time: null },
  ])
  expect(await parquet(folder, 'params')).toContainEqual({ run_id: RUN, key: 'text', value: 'a\r\nb, "c" é' })
  expect(readFileSync(join(folder, 'artifacts', RUN, 'sub/a.txt'), 'utf8')).toBe('hello')
})

test('CSV has the same, and any text comes back from it as it was', async () => {
  const fixture = transferForTest()
  await tracked(fixture)
  const folder = join(fixture.folder, 'out')
  mkdirSync(folder)
  await fixture.export(folder, { format: 'csv', filter: "attributes.run_name = '=1+1'", experiments: ['0', '1'] })
  const read = (table: string) => Papa.parse(readFileSync(join(folder, `${table}.csv`), 'utf8').trimEnd()).data
  expect(read('metrics').slice(1)).toEqual([
    [RUN, 'loss', '0', '1970-01-01T00:00:00.000Z', 'NaN'],
    [RUN, 'loss', '1', '1970-01-01T00:00:00.001Z', 'Infinity'],
    [RUN, 'loss', '2', '1970-01-01T00:00:00.002Z', '-0.5'],
  ])
  expect(read('runs')).toHaveLength(2)
  expect(read('params')).toContainEqual([RUN, 'text', 'a\r\nb, "c" é'])
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (cells) => {
      const line = cells.map((cell) => csvCell(cell, 'text')).join(',')
      expect(Papa.parse(line, { delimiter: ',', newline: '\r\n' }).data).toEqual([cells])
    }),
  )
})

test('times that are no dates come out as the numbers that they are', async () => {
  const fixture = transferForTest()
  const { writes } = fixture.tracking
  const timestamp = 8_640_000_000_000_001
  await writes.createRun({ id: RUN, experimentId: '0' })
  await writes.log(RUN, { metrics: [{ key: 'loss', value: 1, step: 0, timestamp }] })
  const folder = join(fixture.folder, 'out')
  await fixture.export(folder, { format: 'csv' })
  expect(readFileSync(join(folder, 'metrics.csv'), 'utf8')).toContain(`,${timestamp},`)
  await fixture.export(join(fixture.folder, 'parquet'))
})

test('many points come out in row groups, none lost', async () => {
  const fixture = transferForTest()
  const { writes } = fixture.tracking
  await writes.createRun({ id: RUN, experimentId: '0' })
  for (let from = 0; from < 120_000; from += 1_000) {
    const metrics = Array.from({ length: 1_000 }, (_, index) => {
      return { key: `k${from % 3_000}`, value: from + index, step: from + index, timestamp: from + index }
    })
    await writes.log(RUN, { metrics })
  }
  await fixture.export(join(fixture.folder, 'out'))
  const points = await parquet(join(fixture.folder, 'out'), 'metrics')
  expect(points).toHaveLength(120_000)
  expect(points.reduce((sum, { value }) => sum + Number(value), 0)).toBe((120_000 * 119_999) / 2)
})

test.each([
  ['a folder that is not empty', 'full', {}, 'invalid_request'],
  ['a folder in one that is not there', 'no/where', {}, 'invalid_request'],
  ['a file', 'full/file', {}, 'invalid_request'],
  ['a filter that is none', 'out', { filter: 'metrics.' }, 'tracking_invalid'],
  ['an unknown experiment', 'out', { experiments: ['99'] }, 'not_found'],
])('%s is refused, and nothing is left', async (_, name, options, code) => {
  const fixture = transferForTest()
  await tracked(fixture)
  mkdirSync(join(fixture.folder, 'full'))
  writeFileSync(join(fixture.folder, 'full/file'), 'mine')
  const before = readdirSync(fixture.folder)
  await expect(fixture.export(join(fixture.folder, name), options)).rejects.toMatchObject({ code })
  expect(readdirSync(fixture.folder)).toEqual(before)
  expect(readFileSync(join(fixture.folder, 'full/file'), 'utf8')).toBe('mine')
})

test('an export that is given up leaves nothing', async () => {
  const fixture = transferForTest()
  await tracked(fixture)
  const stop = new AbortController()
  const folder = join(fixture.folder, 'out')
  const request = { folder, format: 'csv', filter: '', artifacts: false } as const
  const given = fixture.transfer.export(request, { signal: stop.signal, onLine: () => stop.abort() })
  await expect(given).rejects.toThrow('aborted')
  expect(readdirSync(fixture.folder)).toEqual(['home'])
})
