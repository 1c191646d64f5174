import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { faultOf, openTestRegistry, type TestRegistry } from './registry-fixture.ts'

let registry: TestRegistry
beforeEach(async () => {
  registry = openTestRegistry()
  await registry.createModel({ name: 'wine' })
  for (const team of ['red', 'blue', 'green']) await registry.add('wine', team)
})
afterEach(() => registry[Symbol.dispose]())

describe('an alias', () => {
  test('stands for one version, and moves', async () => {
    await registry.setAlias('wine', 'champion', 1)
    await registry.setAlias('wine', 'champion', 2)
    await registry.setAlias('wine', 'Übung-2', 2)
    expect(registry.versionByAlias('wine', 'champion').version).toBe(2)
    expect(registry.version('wine', 1).aliases).toEqual([])
    expect(registry.version('wine', 2).aliases).toEqual(['champion', 'Übung-2'])
    expect(registry.model('wine').aliases).toEqual([
      { alias: 'champion', version: 2 },
      { alias: 'Übung-2', version: 2 },
    ])
  })

  test('goes with its version, and can be taken away twice', async () => {
    await registry.setAlias('wine', 'champion', 1)
    await registry.deleteVersion('wine', 1)
    expect(registry.model('wine').aliases).toEqual([])
    await registry.setAlias('wine', 'champion', 2)
    await registry.deleteAlias('wine', 'champion')
    await registry.deleteAlias('wine', 'champion')
    expect(await faultOf(() => registry.versionByAlias('wine', 'champion'))).toBe(
      'tracking_invalid: Registered model alias champion not found.',
    )
  })

  test('called latest is the version with the greatest number, whatever its stage', async () => {
    await registry.moveVersion('wine', 3, { stage: 'archived', archiveExisting: false })
    expect(registry.versionByAlias('wine', 'Latest').version).toBe(3)
    await registry.createModel({ name: 'empty' })
    expect(await faultOf(() => registry.versionByAlias('empty', 'latest'))).toMatch(
      /^not_found: Latest version not found for model empty/,
    )
  })
})

describe('a stage', () => {
  test('is written in any case and read in one, and the newest version of each is the latest', async () => {
    const moved = await registry.moveVersion('wine', 1, { stage: 'pRODUCTION', archiveExisting: false })
    expect(moved).toMatchObject({ version: 1, stage: 'Production' })
    expect(registry.model('wine').updatedAt).toBe(moved.updatedAt)
    const latest = (stages: readonly string[]) =>
      registry.latestVersions('wine', stages).map(({ version, stage }) => `${version} ${stage}`)
    expect(latest([])).toEqual(['1 Production', '3 None'])
    expect(latest(['production', 'Staging'])).toEqual(['1 Production'])
    expect(registry.model('wine').latestVersions.map(({ version }) => version)).toEqual([1, 3])
  })

  test('is cleared for a version that comes, if asked for', async () => {
    const to = { stage: 'Staging', archiveExisting: true }
    await registry.moveVersion('wine', 1, to)
    await registry.moveVersion('wine', 2, to)
    await registry.moveVersion('wine', 2, to)
    const stages = [1, 2, 3].map((version) => registry.version('wine', version).stage)
    expect(stages).toEqual(['Archived', 'Staging', 'None'])
  })
})

describe.each<readonly [string, (on: TestRegistry) => unknown, string]>([
  ['an unknown model', (on) => on.model('Wine'), 'not_found: Registered Model with name=Wine not found'],
  ['a model without a name', (on) => on.createModel({ name: ' ' }), 'tracking_invalid: Missing value for required'],
  ['a slash in a name', (on) => on.createModel({ name: 'a/b' }), "tracking_invalid: Invalid model name 'a/b'"],
  ['a colon in a name', (on) => on.renameModel('wine', 'a:b'), "tracking_invalid: Invalid model name 'a:b'"],
  [
    'a control character in a name',
    (on) => on.createModel({ name: 'a\u0000' }),
    'tracking_invalid: Invalid model name',
  ],
  ['half a character in a name', (on) => on.createModel({ name: 'a\uD800' }), 'tracking_invalid: Invalid model name'],
  ['a dotted name', (on) => on.createModel({ name: '..' }), 'tracking_invalid: Invalid model name'],
  ['a long name', (on) => on.createModel({ name: 'x'.repeat(257) }), "tracking_invalid: 'name' exceeds"],
  [
    'no new name',
    (on) => on.renameModel('wine', ''),
    "tracking_invalid: Missing value for required parameter 'new_name'",
  ],
  ['a rename of nothing', (on) => on.renameModel('beer', 'ale'), 'not_found: Registered Model with name=beer'],
  ['a delete of nothing', (on) => on.deleteModel('beer'), 'not_found: Registered Model with name=beer'],
  ['a tag of nothing', (on) => on.setModelTag('beer', { key: 'a', value: '' }), 'not_found'],
  ['a tag without a key', (on) => on.setModelTag('wine', { key: '', value: '' }), 'tracking_invalid: Invalid value ""'],
  [
    'a tag that climbs',
    (on) => on.setVersionTag('wine', 1, { key: '../a', value: '' }),
    'tracking_invalid: Invalid value',
  ],
  ['a long tag', (on) => on.setModelTag('wine', { key: 'a', value: 'x'.repeat(100_001) }), "tracking_invalid: 'value'"],
  [
    'a long key',
    (on) => on.setModelTag('wine', { key: 'x'.repeat(251), value: '' }),
    "tracking_invalid: 'key' exceeds",
  ],
  ['a long description', (on) => on.describeVersion('wine', 1, 'x'.repeat(100_001)), "tracking_invalid: 'description'"],
  ['an unknown version', (on) => on.version('wine', 4), 'not_found: Model Version (name=wine, version=4) not found'],
  ['a version of a fraction', (on) => on.version('wine', 1.5), 'not_found: Model Version (name=wine, version=1.5)'],
  ['an alias of nothing', (on) => on.setAlias('wine', 'a', 4), 'not_found: Model Version (name=wine, version=4)'],
  [
    'an alias that is empty',
    (on) => on.setAlias('wine', '', 1),
    'tracking_invalid: Registered model alias name cannot',
  ],
  ['an alias with a dot', (on) => on.setAlias('wine', 'a.b', 1), "tracking_invalid: Invalid alias name: 'a.b'"],
  ['an alias with a line', (on) => on.setAlias('wine', 'a\n', 1), 'tracking_invalid: Invalid alias name'],
  ['a long alias', (on) => on.setAlias('wine', 'a'.repeat(256), 1), "tracking_invalid: 'Registered model alias name'"],
  ['latest as an alias', (on) => on.setAlias('wine', 'LATEST', 1), "tracking_invalid: 'latest' alias name"],
  ['a version as an alias', (on) => on.setAlias('wine', 'V12', 1), "tracking_invalid: Version alias name 'V12'"],
  ['an alias of no model', (on) => on.versionByAlias('beer', 'a'), 'not_found: Registered Model with name=beer'],
  [
    'an unknown stage',
    (on) => on.latestVersions('wine', ['Live']),
    'tracking_invalid: Invalid Model Version stage: Live',
  ],
  [
    'a move to no stage',
    (on) => on.moveVersion('wine', 1, { stage: '', archiveExisting: false }),
    'tracking_invalid: Invalid Model Version stage: . Value must be one of None, Staging, Production, Archived',
  ],
  [
    'clearing what is no active stage',
    (on) => on.moveVersion('wine', 1, { stage: 'None', archiveExisting: true }),
    "tracking_invalid: Model version transition cannot archive existing model versions because 'None' is not an Active",
  ],
  [
    'a version without a source',
    (on) => on.createVersion({ name: 'wine', source: '' }),
    'tracking_invalid: Missing value',
  ],
  ['a version of no model', (on) => on.add('beer'), 'not_found: Registered Model with name=beer'],
])('%s', (_, call, words) => {
  test('is refused, and nothing is changed', async () => {
    const before = [registry.models({ maxResults: 9 }), registry.versions({ maxResults: 9 })]
    expect(await faultOf(() => call(registry))).toContain(words)
    expect([registry.models({ maxResults: 9 }), registry.versions({ maxResults: 9 })]).toEqual(before)
  })
})
