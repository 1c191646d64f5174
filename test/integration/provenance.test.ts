import { afterAll, beforeAll, expect, test } from 'vitest'
import { openComparisons, type Comparisons } from '#core/compare/index.ts'
import { hashBytes } from '#core/files/index.ts'
import { openTracking, type Tracking } from '#core/tracking/index.ts'
import { openEngine, sh, type Engine } from '#test/support/engine.ts'

let engine: Engine
let tracking: Tracking
let comparisons: Comparisons
beforeAll(async () => {
  engine = await openEngine()
  tracking = openTracking(engine.home)
  comparisons = openComparisons({ tracking, blobs: engine.blobs, pipelines: engine.service })
})
afterAll(async () => {
  tracking[Symbol.dispose]()
  await engine[Symbol.asyncDispose]()
})

const SPEC = {
  steps: {
    prepare: sh('cp "$MINISUB_INPUTS/raw" "$MINISUB_OUTPUTS/rows"', {
      inputs: { raw: { file: 'raw.csv' } },
      outputs: { rows: { type: 'file' } },
    }),
    train: sh('cat train.py "$MINISUB_INPUTS/rows"', {
      files: ['train.py'],
      inputs: { rows: '${{ steps.prepare.outputs.rows }}' },
    }),
  },
}

/** Runs the pipeline with such code and data. */
async function runWith(code: string, data: string): Promise<string> {
  await engine.write('train.py', code)
  await engine.write('prepare.py', 'prepare\n')
  await engine.write('raw.csv', data)
  const { id, status } = await engine.run(await engine.pipeline(SPEC, 'wine'))
  expect(status).toBe('succeeded')
  return id
}

/** A tracked run that says that it is of a step of a run. */
async function track(run: string, step: string): Promise<string> {
  const tags = Object.entries({ 'minisub.run': run, 'minisub.step': step }).map(([key, value]) => ({ key, value }))
  return (await tracking.writes.createRun({ experimentId: '0', name: step, tags })).info.id
}

test('a step was made of the files that it uses, and of inputs with what they hold', async () => {
  const run = await runWith('one\n', 'a,b\n')
  const step = engine.service.provenance(run, 'train')
  expect(step).toMatchObject({ run, pipeline: 'wine', environments: [] })
  expect(step.code.files.map(({ path }) => path)).toEqual(['train.py'])
  const digest = hashBytes(Buffer.from('a,b\n'))
  expect(step.inputs).toEqual({ rows: { from: { step: 'prepare', output: 'rows' }, digest } })
  const whole = engine.service.provenance(run.slice(0, 12), null)
  expect(whole.run).toBe(run)
  expect(whole.code.files.map(({ path }) => path)).toEqual(['prepare.py', 'raw.csv', 'train.py'])
  expect(whole.inputs).toEqual({ 'prepare.raw': { from: null, digest } })
  expect(() => engine.service.provenance(run, 'nothing')).toThrow('has no step "nothing"')
})

test('two steps differ by the content of a file of their code, which is shown, and by their data', async () => {
  const one = await track(await runWith('one\n', 'a,b\n'), 'train')
  const other = await track(await runWith('other\n', 'c,d\n'), 'train')
  const view = await comparisons.runs([one, other])
  expect(view.code.files.map(({ key, differs }) => [key, differs])).toEqual([['train.py', true]])
  expect(view.data.map(({ key, differs }) => [key, differs])).toEqual([['rows', true]])
  expect(await comparisons.code({ left: one, right: other, path: 'train.py' })).toEqual({
    path: 'train.py',
    left: 'one\n',
    right: 'other\n',
    leftReason: null,
    rightReason: null,
  })
  const prepare = await track(view.runs[0]?.pipelineRun ?? '', 'prepare')
  const { leftReason, right } = await comparisons.code({ left: other, right: prepare, path: 'prepare.py' })
  expect([leftReason, right]).toEqual(['absent', 'prepare\n'])
})
