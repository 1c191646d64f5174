import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ended, openTrackedEngine, trackedIn, writePipeline, type TrackedEngine } from './run-tracking-fixture.ts'
import { openStepMetrics } from './step-metrics.ts'
import { trackedRunId, trackedStepId } from './tracked-id.ts'

let root: string
let home: string
let engine: TrackedEngine
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'minisub-run-tracking-'))
  home = join(root, 'home')
  engine = openTrackedEngine(home)
})
afterEach(async () => {
  await engine[Symbol.asyncDispose]()
  rmSync(root, { recursive: true, force: true })
})

const pairs = (list: readonly { key: string; value: unknown }[]) =>
  Object.fromEntries(list.map(({ key, value }) => [key, value]))

async function run(file: string, parameters: Record<string, string | number> = {}): Promise<string> {
  const { id } = await engine.service.start({ file, parameters, cache: true }, {})
  await ended(engine.service, id)
  return id
}

/** The tracked runs once the parent has ended there. */
async function tracked(name: string, id: string) {
  await expect
    .poll(() => trackedIn(engine.tracking, name)[id]?.info.status, { timeout: 5_000 })
    .toMatch(/FINISHED|FAILED|KILLED/)
  return trackedIn(engine.tracking, name)
}

const SCORE = `printf '0.75' > "$MINISUB_OUTPUTS/score"; printf 'good' > "$MINISUB_OUTPUTS/word"`
const SPEC = {
  parameters: { rate: { type: 'number', default: 0.5 }, name: { type: 'string', default: 'a b' } },
  steps: {
    train: { command: ['sh', '-c', SCORE], outputs: { score: { type: 'number' }, word: { type: 'string' } } },
    never: { command: ['true'], when: '${{ parameters.rate > 10.0 }}' },
  },
  outputs: { best: '${{ steps.train.outputs.score }}' },
}

test('a run is a run of the experiment of its pipeline, with its steps nested in it', async () => {
  const id = await run(writePipeline(root, 'wine', SPEC))
  const runs = await tracked('wine', id)
  expect(Object.keys(runs).toSorted()).toEqual([id, 'train'].toSorted())
  const parent = runs[id]
  expect(parent?.info).toMatchObject({ id: trackedRunId(id), status: 'FINISHED', userId: 'local' })
  expect(parent?.info.endTime).toBeGreaterThanOrEqual(parent?.info.startTime ?? 0)
  expect(pairs(parent?.params ?? [])).toEqual({ rate: '0.5', name: 'a b' })
  expect(pairs(parent?.metrics ?? [])).toEqual({ best: 0.75 })
  expect(parent?.tag).toMatchObject({
    'minisub.run': id,
    'minisub.pipeline_digest': engine.service.show(id).pipelineDigest,
    'minisub.target': 'process',
    'minisub.code_digest': expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    'mlflow.source.name': join(root, 'wine.yaml'),
    'mlflow.user': 'local',
  })
  const step = runs['train']
  const detail = engine.service.detail({ run: id, step: 'train', item: null })
  expect(step?.info).toMatchObject({ id: trackedStepId({ run: id, step: 'train', item: null }), status: 'FINISHED' })
  expect(step?.tag).toMatchObject({
    'mlflow.parentRunId': trackedRunId(id),
    'minisub.run': id,
    'minisub.step': 'train',
    'minisub.step_key': detail.view.stepKey,
    'minisub.exit_code': '0',
    'minisub.attempts': '1',
    'minisub.output.word': 'good',
  })
  expect(pairs(step?.metrics ?? [])).toMatchObject({ score: 0.75, 'minisub/output_bytes': detail.outputBytes })
  expect(engine.errors).toEqual([])
})

test('a cached step is finished and says of which run it is', async () => {
  const file = writePipeline(root, 'wine', SPEC)
  const first = await run(file)
  const second = await run(file, { rate: 0.25 })
  const third = await run(file)
  await tracked('wine', second)
  await tracked('wine', third)
  const { id } = engine.tracking.reads.experimentByName('wine')
  const { items } = engine.tracking.reads.runs({
    experimentIds: [id],
    maxResults: 100,
    filter: `tags."minisub.run" = '${third}' AND tags."minisub.step" = 'train'`,
  })
  expect(items.map(({ info, tags }) => [info.status, pairs(tags)['minisub.cached_from']])).toEqual([
    ['FINISHED', first],
  ])
  expect(pairs(items[0]?.metrics ?? [])).toEqual({ score: 0.75 })
})

test('items of a fan-out are runs of their own with their values as parameters', async () => {
  const spec = {
    steps: { each: { command: ['sh', '-c', 'exit $MINISUB_ITEM'], forEach: { rate: [0.5, 2], kind: ['a'] } } },
  }
  const id = await run(writePipeline(root, 'wide', spec))
  const runs = await tracked('wide', id)
  expect(Object.keys(runs).toSorted()).toEqual([id, 'each[0]', 'each[1]'].toSorted())
  expect(pairs(runs['each[1]']?.params ?? [])).toEqual({ rate: '2', kind: 'a' })
  expect([runs['each[0]']?.info.status, runs['each[1]']?.info.status, runs[id]?.info.status]).toEqual([
    'FINISHED',
    'FAILED',
    'FAILED',
  ])
  expect(runs['each[1]']?.tag).toMatchObject({ 'minisub.item': '1', 'minisub.exit_code': '1' })
})

test('a retried step is one run, which tells of each attempt', async () => {
  const command = ['sh', '-c', 'test "$MINISUB_ATTEMPT" = 2']
  const id = await run(writePipeline(root, 'again', { steps: { flaky: { command, retry: { limit: 3 } } } }))
  const { flaky } = await tracked('again', id)
  expect([flaky?.info.status, flaky?.tag['minisub.attempts']]).toEqual(['FINISHED', '2'])
  const { items } = engine.tracking.reads.history({ runId: flaky?.info.id ?? '', key: 'minisub/cpu_seconds' })
  expect(items.map(({ step }) => step)).toEqual([1, 2])
})

test('a cancelled run is killed, with what ran in it and what its programs left open', async () => {
  const { id } = await engine.service.start(
    { file: writePipeline(root, 'long', { steps: { sleep: { command: ['sleep', '60'] } } }) },
    {},
  )
  const step = trackedStepId({ run: id, step: 'sleep', item: null })
  await expect.poll(() => engine.service.show(id).steps[0]?.status).toBe('running')
  const scope = await engine.runTracking.scopeOf({ run: id, id: step })
  const body = { experiment_id: scope.experiment, run_name: 'inner' }
  await engine.mlflow.perform(scope, { method: 'POST', path: 'runs/create', body })
  await engine.service.cancel(id)
  await ended(engine.service, id)
  const runs = await tracked('long', id)
  expect([runs[id], runs['sleep'], runs['inner']].map((it) => it?.info.status)).toEqual(['KILLED', 'KILLED', 'KILLED'])
  expect(runs['inner']?.tag['mlflow.parentRunId']).toBe(step)
})

test('what a step leaves open after its end, ends with the run', async () => {
  const spec = { steps: { quick: { command: ['true'] }, slow: { command: ['sleep', '60'], needs: ['quick'] } } }
  const { id } = await engine.service.start({ file: writePipeline(root, 'late', spec) }, {})
  await expect.poll(() => engine.service.show(id).steps.map(({ status }) => status)).toEqual(['succeeded', 'running'])
  const quick = trackedStepId({ run: id, step: 'quick', item: null })
  await expect.poll(() => trackedIn(engine.tracking, 'late')['quick']?.info.status).toBe('FINISHED')
  const scope = await engine.runTracking.scopeOf({ run: id, id: quick })
  const body = { experiment_id: scope.experiment, run_name: 'inner' }
  await engine.mlflow.perform(scope, { method: 'POST', path: 'runs/create', body })
  await engine.mlflow.perform(scope, {
    method: 'POST',
    path: 'runs/update',
    body: { run_id: quick, status: 'RUNNING' },
  })
  await engine.service.cancel(id)
  const runs = await tracked('late', id)
  expect(Object.values(runs).map((it) => it.info.status)).toEqual(Array(4).fill('KILLED'))
})

test('what an engine did that tracked nothing is tracked by the next one, once', async () => {
  await engine[Symbol.asyncDispose]()
  engine = openTrackedEngine(home, { isTracking: false })
  const id = await run(writePipeline(root, 'wine', SPEC))
  for (let time = 0; time < 2; time += 1) {
    await engine[Symbol.asyncDispose]()
    engine = openTrackedEngine(home)
    await expect.poll(() => engine.tracking.db.prepare('SELECT is_over FROM pipeline_runs').pluck().get()).toBe(1)
  }
  expect(Object.keys(trackedIn(engine.tracking, 'wine')).toSorted()).toEqual([id, 'train'].toSorted())
})

test('a run in the trash gets its end alone, and an experiment in the trash is followed by a new one', async () => {
  const spec = { steps: { sleep: { command: ['sleep', '1'] }, last: { command: ['true'], needs: ['sleep'] } } }
  const { id } = await engine.service.start({ file: writePipeline(root, 'trashed', spec) }, {})
  await expect.poll(() => engine.service.show(id).steps[0]?.status).toBe('running')
  await engine.runTracking.scopeOf({ run: id, id: trackedStepId({ run: id, step: 'sleep', item: null }) })
  const { reads, writes } = engine.tracking
  const old = reads.experimentByName('trashed').id
  await writes.deleteExperiment(old)
  await ended(engine.service, id)
  await expect.poll(() => Object.keys(trackedNames('trashed'))).toEqual(['last'])
  expect(reads.experimentByName('trashed').id).not.toBe(old)
  await expect.poll(() => reads.run(trackedRunId(id)).info.status).toBe('FINISHED')
  expect(reads.run(trackedRunId(id)).info.stage).toBe('deleted')
  expect(engine.errors).toEqual([])
})

function trackedNames(name: string): object {
  try {
    return trackedIn(engine.tracking, name)
  } catch {
    return {}
  }
}

test('what a step run has logged can be read once its run is caught up with, without what it used', async () => {
  const id = await run(writePipeline(root, 'logged', SPEC))
  await engine.runTracking.caughtUp(id)
  const metricsOf = openStepMetrics(engine.tracking)
  const found = metricsOf({ run: id, step: 'train', item: null })
  expect(found?.map(({ key, last, count }) => ({ key, last, count }))).toEqual([{ key: 'score', last: 0.75, count: 1 }])
  expect(metricsOf({ run: id, step: 'never', item: null })).toBeUndefined()
})
