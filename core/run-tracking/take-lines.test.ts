import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TrackingLine } from '#core/contract/tracking-line.ts'
import { blobsOf } from '#core/engine.ts'
import type { TrackedAttempt } from '#core/pipelines/index.ts'
import { openArtifactReads } from '#core/tracking/index.ts'
import { openTrackedEngine, writePipeline, type TrackedEngine } from './run-tracking-fixture.ts'
import { trackedStepId } from './tracked-id.ts'

let root: string
let engine: TrackedEngine
let attempt: TrackedAttempt
let own: { readonly run: string; readonly experiment: string }

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'minisub-take-lines-'))
  engine = openTrackedEngine(join(root, 'home'))
  const file = writePipeline(root, 'lines', { steps: { train: { command: ['sleep', '60'] } } })
  const { id } = await engine.service.start({ file }, {})
  await expect.poll(() => engine.service.show(id).steps[0]?.status).toBe('running')
  attempt = { run: id, step: 'train', item: null, attempt: 1 }
  own = await engine.runTracking.steps.ids(attempt)
  ;[NESTED, MODEL] = [made('a'), `m-${made('b')}`]
})
afterEach(async () => {
  await engine.service.cancel(attempt.run)
  await expect.poll(() => engine.service.activeRuns()).toBe(0)
  await engine[Symbol.asyncDispose]()
  rmSync(root, { recursive: true, force: true })
})

type Told = Pick<TrackingLine, 'path' | 'body'> & { readonly method?: TrackingLine['method'] }
const lines = (...told: Told[]): TrackingLine[] => told.map((it, i) => ({ n: i + 1, at: 1, method: 'POST', ...it }))
const take = (list: readonly TrackingLine[]) => engine.runTracking.steps.take(attempt, list)
const tags = (run: string) =>
  Object.fromEntries(engine.tracking.reads.run(run).tags.map(({ key, value }) => [key, value]))

/** Ids as a runner makes them. */
const made = (digit: string): string => own.run.slice(0, 16) + digit.repeat(16)
let [NESTED, MODEL] = ['', '']
const point = (value: number) => ({ key: 'loss', value, timestamp: 1, step: value })

function all(): TrackingLine[] {
  const { run, experiment } = own
  return lines(
    { path: 'runs/log-batch', body: { run_id: run, metrics: [point(1)], params: [{ key: 'p', value: '1' }] } },
    { path: 'runs/create', body: { experiment_id: experiment, run_id: NESTED, run_name: 'inner' } },
    { path: 'runs/log-batch', body: { run_id: NESTED, metrics: [point(2)] } },
    { path: 'logged-models', body: { experiment_id: experiment, model_id: MODEL, name: 'm', source_run_id: run } },
    { path: `logged-models/${MODEL}`, method: 'PATCH', body: { model_id: MODEL, status: 'LOGGED_MODEL_READY' } },
    { path: 'runs/outputs', body: { run_id: run, models: [{ model_id: MODEL, step: 0 }] } },
  )
}

test('lines are done once and in order, in pieces, again, and by a later core', async () => {
  expect(own.run).toBe(trackedStepId(attempt))
  const told = all()
  await take(told.slice(0, 2))
  await take(told.slice(1))
  await take(told)
  const { reads } = engine.tracking
  expect(reads.run(NESTED).metrics.map(({ value }) => value)).toEqual([2])
  expect(reads.loggedModel(MODEL)).toMatchObject({ status: 'LOGGED_MODEL_READY', sourceRunId: own.run })
  expect(reads.run(own.run)).toMatchObject({ params: [{ key: 'p', value: '1' }], modelOutputs: [{ modelId: MODEL }] })
  expect(tags(NESTED)['mlflow.parentRunId']).toBe(own.run)
  expect(tags(own.run)['minisub.tracking_error']).toBeUndefined()
  engine.tracking.db.exec('DELETE FROM tracking_lines')
  await take(told)
  expect(tags(own.run)['minisub.tracking_error']).toBeUndefined()
  expect(engine.errors).toEqual([])
})

test('files are named by what is in the blob store', async () => {
  const blob = blobsOf(join(root, 'home')).putBytes(Buffer.from('a report'))
  const path = `${own.experiment}/${own.run}/artifacts/a/report.txt`
  const body = { file: blob.sha256, sha256: blob.sha256, size: blob.size }
  await take(lines({ path: `artifacts/${path}`, method: 'PUT', body }))
  const files = openArtifactReads(engine.tracking.db)
  expect(files.get(path)).toEqual({ sha256: blob.sha256, size: 8 })
  await take([{ n: 2, at: 1, path: `artifacts/${path}`, method: 'DELETE', body: {} }])
  expect(() => files.get(path)).toThrow('No such artifact')
})

const NOT_DONE: readonly [what: string, line: () => Told, words: string][] = [
  ['a wrong value', () => ({ path: 'runs/log-metric', body: { run_id: own.run, key: 'k' } }), "parameter 'value'"],
  ['a run of others', () => ({ path: 'runs/update', body: { run_id: 'f'.repeat(32) } }), 'its own run'],
  ['the registry', () => ({ path: 'registered-models/create', body: { name: 'm' } }), '`register` step'],
  ['what nobody answers', () => ({ path: 'nothing', body: {} }), 'There is nothing for POST nothing'],
  [
    'content that did not come',
    () => ({
      path: `artifacts/${own.experiment}/${own.run}/artifacts/x`,
      method: 'PUT',
      body: { sha256: '0'.repeat(64), size: 1 },
    }),
    'did not come',
  ],
  [
    'a file of others',
    () => ({ path: `artifacts/0/${'f'.repeat(32)}/artifacts/x`, method: 'PUT', body: {} }),
    'not below a run',
  ],
]
test.each(NOT_DONE)('%s becomes a tag in words, and what follows is done', async (_what, line, words) => {
  const after = { path: 'runs/log-batch', body: { run_id: own.run, metrics: [point(7)] } }
  await take(lines(line(), after))
  expect(tags(own.run)['minisub.tracking_error']).toContain(words)
  expect(engine.tracking.reads.run(own.run).metrics.map(({ value }) => value)).toContain(7)
})

test('a run that a runner says it made, and that another has, does not become its own', async () => {
  const foreign = (await engine.tracking.writes.createRun({ experimentId: own.experiment })).info.id
  await take(
    lines(
      { path: 'runs/create', body: { experiment_id: own.experiment, run_id: foreign } },
      { path: 'runs/log-batch', body: { run_id: foreign, metrics: [point(1)] } },
    ),
  )
  expect(engine.tracking.reads.run(foreign).metrics).toEqual([])
})

test('a run cannot be made under the id of a step run that is still to come', async () => {
  const later = trackedStepId({ run: attempt.run, step: 'evaluate', item: null })
  await take(lines({ path: 'runs/create', body: { experiment_id: own.experiment, run_id: later } }))
  expect(tags(own.run)['minisub.tracking_error']).toContain('an id of its own')
  expect(() => engine.tracking.reads.run(later)).toThrow()
})

test('lines for a run in the trash are left out', async () => {
  await engine.tracking.writes.deleteRun(own.run)
  await take(all())
  await take(all())
  expect(engine.tracking.reads.run(own.run).metrics).toEqual([])
})
