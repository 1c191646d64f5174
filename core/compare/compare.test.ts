import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import type { Provenance } from '#core/pipelines/index.ts'
import { MODEL_FILES, openCompareFixture, pairs } from './compare-fixture.ts'

const HASH = (of: string) => of.repeat(64)
const RUN = '01kc2m3n4p5q6r7s8t9v0wxyza'

function provenanceOf(change: Partial<Provenance> = {}, numpy = '2.1.0'): Provenance {
  const requirements = [`numpy==${numpy} --hash=sha256:${HASH('a')}`, `pandas==2.2.0 --hash=sha256:${HASH('b')}`]
  const lock = { kind: 'python', spec: { python: '3.11', packages: [] }, pythonMinor: '3.11', requirements } as const
  return {
    run: RUN,
    pipeline: 'wine',
    pipelineDigest: HASH('d'),
    environments: [{ name: 'python', digest: HASH('e'), lock }],
    code: { digest: HASH('c'), files: [file('train.py', HASH('1'))], links: [] },
    inputs: {
      rows: { from: { step: 'prepare', output: 'rows' }, digest: HASH('f') },
      csv: { from: null, digest: HASH('0') },
    },
    ...change,
  }
}

const file = (path: string, sha256: string, size = 5) => ({ path, sha256, size, executable: false })
const ofStep = (run: string, step: string) => ({
  tags: pairs({ 'minisub.run': run, 'minisub.step': step, 'minisub.step_key': HASH('9') }),
})

test('runs differ by parameters, by last, least and greatest of each metric, and by tags', async () => {
  await using fixture = await openCompareFixture()
  const point = (value: number, step: number) => ({ key: 'loss', value, step, timestamp: step })
  const one = await fixture.run('one', {
    params: pairs({ depth: '4', seed: '1' }),
    metrics: [point(2, 0), point(1, 1), point(1.5, 2)],
  })
  const other = await fixture.run('other', {
    params: pairs({ depth: '5', seed: '1' }),
    metrics: [point(Number.NaN, 0)],
    tags: pairs({ note: 'best' }),
  })
  const third = await fixture.run('third', { params: pairs({ seed: '1' }) })
  const view = await fixture.comparisons.runs([one, other, third].map(({ info }) => info.id))
  expect(view.runs.map(({ name, status }) => [name, status])).toEqual([
    ['one', 'RUNNING'],
    ['other', 'RUNNING'],
    ['third', 'RUNNING'],
  ])
  expect(view.params).toEqual([
    { key: 'depth', values: ['4', '5', null], differs: true },
    { key: 'seed', values: ['1', '1', '1'], differs: false },
  ])
  const values = [{ last: 1.5, min: 1, max: 2 }, { last: 'NaN', min: null, max: null }, null]
  expect(view.metrics).toEqual([{ key: 'loss', values, differs: true }])
  expect(view.tags.find(({ key }) => key === 'note')).toEqual({
    key: 'note',
    values: [null, 'best', null],
    differs: true,
  })
  expect([view.environments, view.code, view.data]).toEqual([
    { sources: [null, null, null], packages: [] },
    { sources: [null, null, null], files: [] },
    [],
  ])
})

test('the same run twice differs in nothing, and an unknown one is told', async () => {
  await using fixture = await openCompareFixture()
  const { info } = await fixture.run('one', { params: pairs({ depth: '4' }), tags: pairs({ a: 'b' }) })
  const view = await fixture.comparisons.runs([info.id, info.id])
  expect([...view.params, ...view.metrics, ...view.tags].filter(({ differs }) => differs)).toEqual([])
  await expect(fixture.comparisons.runs([info.id, '0'.repeat(32)])).rejects.toMatchObject({ code: 'not_found' })
})

test('of steps of pipelines the packages of the locks, the code files and the inputs are compared', async () => {
  const second = provenanceOf({ code: { digest: HASH('2'), files: [file('train.py', HASH('2'))], links: [] } }, '2.2.0')
  await using fixture = await openCompareFixture({ [`${RUN}/train`]: provenanceOf(), 'other/train': second })
  const one = await fixture.run('train', ofStep(RUN, 'train'))
  const other = await fixture.run('train', ofStep('other', 'train'))
  const { environments, code, data, runs } = await fixture.comparisons.runs([one.info.id, other.info.id])
  expect(runs.map(({ pipelineRun, step }) => [pipelineRun, step])).toEqual([
    [RUN, 'train'],
    ['other', 'train'],
  ])
  expect(environments.sources).toEqual([`lock of python ${'e'.repeat(12)}`, `lock of python ${'e'.repeat(12)}`])
  expect(environments.packages).toEqual([
    { key: 'numpy', values: ['2.1.0', '2.2.0'], differs: true },
    { key: 'pandas', values: ['2.2.0', '2.2.0'], differs: false },
    { key: 'python', values: ['3.11', '3.11'], differs: false },
  ])
  expect(code).toEqual({
    sources: [`snapshot of ${RUN}`, `snapshot of ${RUN}`],
    files: [{ key: 'train.py', values: [HASH('1'), HASH('2')], differs: true }],
  })
  expect(data.map(({ key, differs }) => [key, differs])).toEqual([
    ['csv', false],
    ['rows', false],
  ])
})

test('of a program the requirements of its model, its git commit and its datasets are compared', async () => {
  await using fixture = await openCompareFixture()
  const run = await fixture.run('free', { tags: pairs({ 'mlflow.source.git.commit': '4f2c' }) })
  const dataset = { name: 'iris', digest: 'd1', sourceType: 'local', source: '{}' }
  const tags = pairs({ 'mlflow.data.context': 'train' })
  await fixture.tracking.writes.logInputs(run.info.id, { datasets: [{ dataset, tags }] })
  await fixture.registry.createModel({ name: 'wine' })
  await fixture.register('wine', run)
  const { environments, code, data } = await fixture.comparisons.runs([run.info.id])
  expect(environments.sources).toEqual(['requirements of the model forest'])
  expect(environments.packages.map(({ key, values }) => [key, values[0]])).toEqual([
    ['mlflow', '3.6.0'],
    ['numpy', '>=2,<3'],
    ['python', '3.11.9'],
    ['scikit-learn', '1.7.2'],
  ])
  expect(code.sources).toEqual(['git 4f2c'])
  expect(data).toEqual([{ key: 'iris (train)', values: ['d1'], differs: false }])
})

test('a run that a program nested in that of its step has the code of the step', async () => {
  await using fixture = await openCompareFixture({ [`${RUN}/train`]: provenanceOf() })
  const step = await fixture.run('train', ofStep(RUN, 'train'))
  const nested = await fixture.run('fold 1', { tags: pairs({ 'mlflow.parentRunId': step.info.id }) })
  const orphan = await fixture.run('orphan', { tags: pairs({ 'mlflow.parentRunId': 'gone' }) })
  await fixture.tracking.writes.log(step.info.id, { tags: pairs({ 'mlflow.parentRunId': step.info.id }) })
  const { code } = await fixture.comparisons.runs([nested.info.id, orphan.info.id])
  expect(code.sources).toEqual([`snapshot of ${RUN}`, null])
})

test('files of code are texts of at most 1 MiB, or the reason why not', async () => {
  const provenances: Record<string, Provenance> = {}
  await using fixture = await openCompareFixture(provenances)
  const put = (path: string, bytes: Uint8Array) => {
    const { sha256, size } = fixture.blobs.putBytes(bytes)
    return file(path, sha256, size)
  }
  const files = [
    put('train.py', Buffer.from('print(1)\n')),
    put('empty.py', Buffer.from('')),
    put('logo.png', Buffer.from([0x89, 0x50, 0])),
    put('latin.txt', Buffer.from([0xe9, 0x20])),
    put('big.csv', Buffer.alloc(1024 * 1024 + 1, 'a')),
    put('edge.csv', Buffer.alloc(1024 * 1024, 'a')),
    file('gone.py', HASH('7')),
  ]
  provenances[`${RUN}/train`] = provenanceOf({ code: { digest: HASH('c'), files, links: [] } })
  const left = (await fixture.run('train', ofStep(RUN, 'train'))).info.id
  const right = (await fixture.run('free')).info.id
  const of = (path: string) => fixture.comparisons.code({ left, right, path })
  const absent = { right: null, rightReason: 'absent' }
  expect(await of('train.py')).toEqual({ path: 'train.py', left: 'print(1)\n', leftReason: null, ...absent })
  const reasons = ['empty.py', 'logo.png', 'latin.txt', 'big.csv', 'edge.csv', '../train.py'].map(
    async (path) => (await of(path)).leftReason,
  )
  expect(await Promise.all(reasons)).toEqual([null, 'binary', 'binary', 'large', null, 'absent'])
  await expect(of('gone.py')).rejects.toMatchObject({ code: 'artifact_missing' })
})

test('a version shows what its MLmodel file says, and where it came from', async () => {
  await using fixture = await openCompareFixture({ [`${RUN}/train`]: provenanceOf() })
  const run = await fixture.run('train', ofStep(RUN, 'train'))
  await fixture.registry.createModel({ name: 'wine' })
  await fixture.register('wine', run)
  await fixture.registry.setAlias('wine', 'champion', 1)
  await fixture.registry.createVersion({ name: 'wine', source: 'models:/wine/1' })
  const view = await fixture.comparisons.wholeVersion(fixture.registry.version('wine', 1))
  expect(view).toMatchObject({
    model: 'wine',
    version: 1,
    aliases: ['champion'],
    run: run.info.id,
    params: { depth: '4' },
  })
  expect(view.signature).toEqual({
    inputs: [
      { name: 'alcohol', type: 'double', shape: null, required: true },
      { name: 'tags', type: 'array(string)', shape: null, required: false },
    ],
    outputs: [{ name: '', type: 'tensor(int64)', shape: '(-1, 3)', required: true }],
    params: [{ name: 'seed', type: 'long', shape: null, required: false }],
  })
  expect(Object.keys(view.flavors)).toEqual(['python_function', 'sklearn'])
  expect(view.requirements[2]).toBe('NumPy>=2,<3 ; python_version > "3.10"')
  expect([view.files, view.bytes]).toEqual([4, Object.values(MODEL_FILES).join('').length])
  const { nodes, edges } = view.lineage
  expect(nodes.map(({ kind, label, page }) => [kind, label, page])).toEqual([
    ['version', 'wine 1', '/models/wine/versions/1'],
    ['alias', 'champion', '/models/wine/versions/1'],
    ['model', 'forest', null],
    ['step', 'train', `/experiments/0/runs/${run.info.id}`],
    ['run', `run ${RUN}`, `/runs/${RUN}`],
    ['pipeline', 'wine', null],
    ['data', 'rows (prepare.rows)', null],
    ['data', 'csv', null],
    ['code', 'code snapshot', null],
    ['environment', 'python', `/environments/${HASH('e')}`],
    ['version', 'wine 2', '/models/wine/versions/2'],
  ])
  expect(edges.map(({ from, to }) => `${from} ${to}`).toSorted()).toEqual(
    `pipeline run,run step,step model,model version,version alias:champion,step version:wine:2,
code step,data:0 step,data:1 step,environment:python step`
      .split(/,\n?/)
      .toSorted(),
  )
})

test('a version whose run, files and pipeline are elsewhere or gone still shows', async () => {
  await using fixture = await openCompareFixture()
  await fixture.registry.createModel({ name: 'wine' })
  const elsewhere = await fixture.registry.createVersion({
    name: 'wine',
    source: 's3://bucket/model',
    runId: "it's gone",
  })
  const view = await fixture.comparisons.wholeVersion(elsewhere)
  expect(view).toMatchObject({ files: 0, bytes: 0, signature: null, requirements: [] })
  expect(view.lineage.nodes.map(({ id, detail }) => [id, detail])).toEqual([
    ['version', null],
    ['run', 'a run that is not tracked here'],
  ])
  expect(() => fixture.comparisons.files(elsewhere)).toThrow('s3://bucket/model')
  const run = await fixture.run('train', {
    tags: pairs({
      ...Object.fromEntries(ofStep('purged', 'train').tags.map((it) => [it.key, it.value])),
      'minisub.code_digest': 'c0de',
      'minisub.environment': 'e0e0',
    }),
  })
  const version = await fixture.register('wine', run)
  const { lineage } = await fixture.comparisons.wholeVersion(version)
  expect(lineage.nodes.map(({ id, detail, page }) => [id, detail, page]).slice(2)).toEqual([
    ['step', HASH('9'), `/experiments/0/runs/${run.info.id}`],
    ['run', null, null],
    ['code', 'c0de', null],
    ['environment:environment', 'e0e0', '/environments/e0e0'],
  ])
})

test('two versions differ by requirements, signature and content of files', async () => {
  await using fixture = await openCompareFixture()
  const run = await fixture.run('free')
  await fixture.registry.createModel({ name: 'wine' })
  const one = await fixture.register('wine', run)
  const changed = {
    MLmodel: MODEL_FILES.MLmodel.replace('"double"', '"float"'),
    'requirements.txt': 'mlflow==3.6.0\nscikit-learn==1.8.0\n',
  }
  const other = await fixture.register('wine', run, changed)
  const found = await fixture.comparisons.versions(one, other)
  const differing = (lines: typeof found.params) => lines.filter(({ differs }) => differs)
  expect(differing(found.signature)).toEqual([{ key: 'inputs.alcohol', left: 'double', right: 'float', differs: true }])
  expect(differing(found.requirements)).toEqual([
    { key: 'numpy', left: '>=2,<3', right: null, differs: true },
    { key: 'scikit-learn', left: '1.7.2', right: '1.8.0', differs: true },
  ])
  expect(differing(found.files).map(({ key }) => key)).toEqual([
    'MLmodel',
    'conda.yaml',
    'model.pkl',
    'requirements.txt',
  ])
  expect(found.params).toEqual([{ key: 'depth', left: '4', right: '4', differs: false }])
})

test('a version that a pipeline registered keeps its lineage when its tracked run is gone', async () => {
  await using fixture = await openCompareFixture({ [`${RUN}/train`]: provenanceOf() })
  await fixture.registry.createModel({ name: 'wine' })
  const said = { 'minisub.pipeline': 'wine', 'minisub.pipeline_digest': 'd0d0', 'minisub.environment': 'e0e0' }
  const kindsOf = async (run: string) => {
    const tags = pairs({ 'minisub.run': run, 'minisub.step': 'train', ...said })
    const draft = { name: 'wine', source: 's3://bucket/model', runId: "it's gone", tags }
    const { lineage } = await fixture.comparisons.wholeVersion(await fixture.registry.createVersion(draft))
    return lineage.nodes.slice(1).map(({ kind, label, page }) => [kind, label, page])
  }
  expect(await kindsOf(RUN)).toEqual([
    ['step', 'train', null],
    ['run', `run ${RUN}`, `/runs/${RUN}`],
    ['pipeline', 'wine', null],
    ['data', 'rows (prepare.rows)', null],
    ['data', 'csv', null],
    ['code', 'code snapshot', null],
    ['environment', 'python', `/environments/${HASH('e')}`],
  ])
  const gone = await kindsOf('gone')
  expect(gone.slice(0, 3)).toEqual([
    ['step', 'train', null],
    ['run', 'run gone', null],
    ['pipeline', 'wine', null],
  ])
  expect(gone.at(-1)).toEqual(['environment', 'environment', '/environments/e0e0'])
})

test('a version of one file has it by its name, and of a folder nothing that only begins alike', async () => {
  await using fixture = await openCompareFixture()
  const { info } = await fixture.run('free')
  const root = `0/${info.id}/artifacts`
  for (const path of ['model.pkl', 'model/a', 'model/b/c', 'model2/d', 'model.txt']) {
    await fixture.artifacts.put(`${root}/${path}`, Readable.from([Buffer.from(path)]))
  }
  await fixture.registry.createModel({ name: 'wine' })
  const filesOf = async (path: string) => {
    const version = await fixture.registry.createVersion({ name: 'wine', source: `runs:/${info.id}/${path}` })
    return fixture.comparisons.files(version).map((it) => it.path)
  }
  expect(await filesOf('model.pkl')).toEqual(['model.pkl'])
  expect(await filesOf('model')).toEqual(['a', 'b/c'])
  expect(await filesOf('nothing')).toEqual([])
})
