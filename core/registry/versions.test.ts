import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openReadOnly } from '#core/store/index.ts'
import { openRegistryReads } from './reads.ts'
import { faultOf, LOGGED, openTestRegistry, RUN, type TestRegistry } from './registry-fixture.ts'

let registry: TestRegistry
beforeEach(() => void (registry = openTestRegistry()))
afterEach(() => registry[Symbol.dispose]())

describe('a version', () => {
  beforeEach(async () => void (await registry.createModel({ name: 'wine' })))

  test('has a number that is never used again, also after the last one was deleted', async () => {
    const numbers = await Promise.all([registry.add('wine'), registry.add('wine')])
    expect(numbers.map(({ version }) => version)).toEqual([1, 2])
    await registry.deleteVersion('wine', 2)
    expect(await faultOf(() => registry.version('wine', 2))).toBe(
      'not_found: Model Version (name=wine, version=2) not found',
    )
    expect((await registry.add('wine')).version).toBe(3)
  })

  test('leaves neither tags nor aliases behind when it is deleted', async () => {
    await registry.add('wine', 'red')
    await registry.setAlias('wine', 'champion', 1)
    await registry.deleteVersion('wine', 1)
    for (const table of ['model_version_tags', 'model_aliases']) {
      expect(registry.db.prepare(`SELECT * FROM ${table}`).all(), table).toEqual([])
    }
  })

  test('does not use up a number when it is refused', async () => {
    const all = await Promise.allSettled([
      registry.createVersion({ name: 'wine', source: '/etc' }),
      registry.add('wine'),
    ])
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
    expect(registry.versions({ maxResults: 9 }).items.map(({ version }) => version)).toEqual([1])
  })

  test('has the parameters and metrics of its logged model', async () => {
    const made = await registry.createVersion({ name: 'wine', source: `models:/${LOGGED}` })
    expect(made).toMatchObject({ runId: RUN, modelId: LOGGED, runLink: '', stage: 'None', createdAt: made.updatedAt })
    expect(made.params).toEqual([{ key: 'depth', value: '3' }])
    expect(made.metrics).toEqual([
      {
        key: 'loss',
        value: NaN,
        timestamp: 70,
        step: 5,
        modelId: LOGGED,
        datasetName: 'iris',
        datasetDigest: 'd1',
        runId: RUN,
      },
      { key: 'score', value: 0.5, timestamp: 70, step: 5, modelId: LOGGED, runId: RUN },
    ])
    expect(registry.version('wine', 1)).toEqual(made)
    expect(registry.model('wine')).toMatchObject({ updatedAt: made.updatedAt, latestVersions: [made] })
  })

  test('is described and tagged', async () => {
    await registry.add('wine', 'red')
    await registry.setVersionTag('wine', 1, { key: 'checked', value: 'yes' })
    await registry.deleteVersionTag('wine', 1, 'team')
    await registry.deleteVersionTag('wine', 1, 'team')
    const described = await registry.describeVersion('wine', 1, 'good')
    expect(described).toMatchObject({ description: 'good', tags: [{ key: 'checked', value: 'yes' }] })
    expect(described.updatedAt).toBeGreaterThan(described.createdAt)
  })

  test('is read the same on a connection of its own', async () => {
    await registry.add('wine', 'red')
    const db = openReadOnly(`${registry.home}/tracking.db`)
    expect(openRegistryReads(db).model('wine')).toEqual(registry.model('wine'))
    expect(openRegistryReads(db).versions({ maxResults: 5 })).toEqual(registry.versions({ maxResults: 5 }))
    db.close()
  })
})
