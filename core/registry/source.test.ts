import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isProblem } from '#core/base/problem.ts'
import { faultOf, LOGGED, openTestRegistry, RUN, type TestRegistry } from './registry-fixture.ts'
import { parseModelsUri } from './source.ts'

const FILES = 'mlflow-artifacts:/0/x/artifacts/model'
const FOREST = `mlflow-artifacts:/0/models/${LOGGED}/artifacts`

let registry: TestRegistry
beforeEach(async () => {
  registry = openTestRegistry()
  await registry.createModel({ name: 'wine' })
  await registry.createVersion({ name: 'wine', source: `models:/${LOGGED}` })
  await registry.createVersion({ name: 'wine', source: FILES })
  await registry.moveVersion('wine', 1, { stage: 'Production', archiveExisting: false })
  await registry.setAlias('wine', 'champion', 1)
  await registry.createModel({ name: 'copy' })
})
afterEach(() => registry[Symbol.dispose]())

test.each([
  [`models:/${LOGGED}`, FOREST, RUN, LOGGED],
  ['models:/wine/1', FOREST, RUN, LOGGED],
  ['models:/wine/2', FILES, '', ''],
  ['models:/wine@champion', FOREST, RUN, LOGGED],
  ['models:/wine@latest', FILES, '', ''],
  ['models:/wine/production', FOREST, RUN, LOGGED],
  ['models:/wine/None', FILES, '', ''],
  ['models:/wine/LATEST', FILES, '', ''],
  ['models:///wine/1', FOREST, RUN, LOGGED],
  [`runs:/${RUN}/model`, `mlflow-artifacts:/0/${RUN}/artifacts/model`, RUN, ''],
  [`runs:/${RUN}//model/./`, `mlflow-artifacts:/0/${RUN}/artifacts/model`, RUN, ''],
  [`runs:/${RUN}`, `mlflow-artifacts:/0/${RUN}/artifacts`, RUN, ''],
  [`runs:/${RUN}/forest`, FOREST, RUN, LOGGED],
  [`runs:/${RUN}/later`, `mlflow-artifacts:/0/${RUN}/artifacts/later`, RUN, ''],
  [FILES, FILES, '', ''],
  ['mlflow-artifacts://localhost:5000/0/x', 'mlflow-artifacts://localhost:5000/0/x', '', ''],
  ['s3://bucket/a..b/100%', 's3://bucket/a..b/100%', '', ''],
])('the source %s is resolved when the version is made', async (source, storage, runId, modelId) => {
  const made = await registry.createVersion({ name: 'copy', source })
  expect(made).toMatchObject({ source, runId, modelId })
  expect(registry.downloadUri('copy', made.version)).toBe(storage)
})

test('a copy keeps its files when what it was copied from is gone', async () => {
  const made = await registry.createVersion({ name: 'copy', source: 'models:/wine@champion' })
  await registry.deleteModel('wine')
  expect(registry.downloadUri('copy', 1)).toBe(FOREST)
  expect(registry.version('copy', 1)).toEqual(made)
  expect(made.params).toEqual([{ key: 'depth', value: '3' }])
})

test('a run and a logged model that the caller names come before those of the source, known here or not', async () => {
  const draft = { name: 'copy', source: 'models:/wine/1', runId: 'elsewhere', runLink: 'https://x/1', modelId: 'm-0' }
  expect(await registry.createVersion(draft)).toMatchObject({ ...draft, params: [], metrics: [] })
  expect(await registry.createVersion({ name: 'copy', source: FILES, modelId: LOGGED })).toMatchObject({ runId: RUN })
})

test('the files of a run come before a model that it logged under the same name', async () => {
  registry.db.exec(`UPDATE logged_models SET name = 'model'`)
  await registry.createVersion({ name: 'copy', source: `runs:/${RUN}/model` })
  expect(registry.downloadUri('copy', 1)).toBe(`mlflow-artifacts:/0/${RUN}/artifacts/model`)
})

test('a model in the trash cannot be registered, and what was registered before can still be copied', async () => {
  registry.db.exec('UPDATE logged_models SET stage = 1')
  const fault = await faultOf(() => registry.createVersion({ name: 'copy', source: `models:/${LOGGED}` }))
  expect(fault).toMatch(/^not_found: .* Logged model with ID 'm-b+' not found/)
  const made = await registry.createVersion({ name: 'copy', source: 'models:/wine/1' })
  expect(made).toMatchObject({ runId: RUN, modelId: LOGGED, params: [{ key: 'depth', value: '3' }] })
})

test('a prompt needs no files', async () => {
  const tags = [{ key: 'mlflow.prompt.is_prompt', value: 'true' }]
  await registry.createModel({ name: 'ask', tags })
  expect(await registry.createVersion({ name: 'ask', source: 'dummy-source', tags })).toMatchObject({ version: 1 })
})

const LOCAL = 'tracking_invalid: Invalid model version source'
const RELATIVE = /^tracking_invalid: Invalid model version source: .* A path in it must be absolute/s
describe.each<readonly [string, string | RegExp]>([
  ['/etc/passwd', LOCAL],
  ['model', LOCAL],
  ['./model', LOCAL],
  ['~/model', LOCAL],
  ['C:\\model', LOCAL],
  ['c:/model', LOCAL],
  ['file:///etc', LOCAL],
  ['FILE:/etc', LOCAL],
  ['//host/share', LOCAL],
  ['mlflow-artifacts:/../../etc', RELATIVE],
  ['mlflow-artifacts:/0/..', RELATIVE],
  ['mlflow-artifacts:/0/%2e%2e/etc', RELATIVE],
  ['mlflow-artifacts:/0/..%2f..%2fetc', RELATIVE],
  ['mlflow-artifacts:/0/%25252e%25252e/etc', RELATIVE],
  [`mlflow-artifacts:/0/%${'25'.repeat(40)}2e`, RELATIVE],
  ['https://host/api?path=../../etc', RELATIVE],
  ['mlflow-artifacts:/0/a%00b', RELATIVE],
  ['mlflow-artifacts:/0\\..\\etc', RELATIVE],
  ['mlflow-artifacts:/0/\n', RELATIVE],
  ['mlflow-artifacts:/0/\uD800', RELATIVE],
  [`runs:/${RUN}/../${RUN}/model`, RELATIVE],
  ['runs:/', /^tracking_invalid: Unable to fetch .* Not a proper runs:\/ URI/],
  [`runs:/${'c'.repeat(32)}/model`, /^not_found: Unable to fetch .* Run with id=c+ not found/],
  ['models:/', /^tracking_invalid: Unable to fetch .* Not a proper models:\/ URI/],
  ['models:/wine/', /^tracking_invalid: .* Not a proper models:\/ URI/],
  ['models:/wine/1/model', /^tracking_invalid: .* Not a proper models:\/ URI/],
  ['models:/@champion', /^tracking_invalid: .* Not a proper models:\/ URI/],
  ['models:/wine@', /^tracking_invalid: .* Not a proper models:\/ URI/],
  ['models://other@host/wine/1', /^tracking_invalid: .* Not a proper models:\/ URI/],
  ['models:/wine', /^not_found: .* Logged model with ID 'wine' not found/],
  ['models:/wine/9', /^not_found: .* Model Version \(name=wine, version=9\) not found/],
  ['models:/wine/99999999999999999999999', /^not_found: .* Model Version/],
  ['models:/wine/Staging', /^not_found: .* No versions of model with name 'wine' and stage 'Staging' found/],
  ['models:/wine/Live', /^tracking_invalid: .* Invalid Model Version stage: Live/],
  ['models:/wine@loser', /^tracking_invalid: .* Registered model alias loser not found/],
  ['models:/beer/1', /^not_found: .* Registered Model with name=beer not found/],
  ['models:/copy/latest', /^not_found: .* Latest version not found for model copy/],
  [`s3://${'x'.repeat(2_048)}`, "tracking_invalid: 'source' exceeds"],
])('the source %j', (source, words) => {
  test('is refused', async () => {
    const fault = await faultOf(() => registry.createVersion({ name: 'copy', source }))
    if (typeof words === 'string') expect(fault).toContain(words)
    else expect(fault).toMatch(words)
    expect(registry.model('copy').latestVersions).toEqual([])
  })
})

test('a models URI is read back as it was written, for any name, and else refused', () => {
  const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/[/:\p{Cc}]/u.test(text))
  fc.assert(
    fc.property(name, fc.nat(), (text, version) => {
      expect(parseModelsUri(`models:/${text}/${version}`)).toEqual({ kind: 'version', name: text, version })
      expect(parseModelsUri(`models:/${text}@a-1`)).toEqual({ kind: 'alias', name: text, alias: 'a-1' })
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('/', '@', ':', 'a', '1', '.', '%', 'm-') }), (text) => {
      try {
        parseModelsUri(`models:${text}`)
      } catch (error) {
        expect(isProblem(error) && error.code).toBe('tracking_invalid')
      }
    }),
  )
})
