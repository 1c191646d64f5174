import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { faultOf, openTestRegistry, type TestRegistry } from './registry-fixture.ts'

let registry: TestRegistry
beforeEach(() => void (registry = openTestRegistry()))
afterEach(() => registry[Symbol.dispose]())

describe('a registered model', () => {
  test('is read as it was made, with the later of two tags of a key', async () => {
    const tags = [
      { key: 'team', value: 'red' },
      { key: 'team', value: 'blue' },
    ]
    const made = await registry.createModel({ name: 'wine', description: '', tags })
    expect(made).toEqual({
      name: 'wine',
      description: '',
      createdAt: 1_001,
      updatedAt: 1_001,
      tags: [{ key: 'team', value: 'blue' }],
      aliases: [],
      latestVersions: [],
    })
    expect(registry.model('wine')).toEqual(made)
  })

  test('has a name that nobody else may have until it is deleted', async () => {
    await registry.createModel({ name: 'wine' })
    expect(await faultOf(() => registry.createModel({ name: 'wine' }))).toMatch(
      /^tracking_exists: Registered Model \(name=wine\) already exists\./,
    )
    await registry.deleteModel('wine')
    expect(await faultOf(() => registry.model('wine'))).toBe('not_found: Registered Model with name=wine not found')
    expect((await registry.createModel({ name: 'wine' })).name).toBe('wine')
  })

  test('is not confused with a prompt of its name', async () => {
    const tags = [{ key: 'mlflow.prompt.is_prompt', value: 'true' }]
    await registry.createModel({ name: 'wine' })
    await registry.createModel({ name: 'ask', tags })
    const words = await Promise.all([
      faultOf(() => registry.createModel({ name: 'wine', tags })),
      faultOf(() => registry.createModel({ name: 'ask' })),
      faultOf(() => registry.createModel({ name: 'ask', tags })),
    ])
    expect(words[0]).toContain('is that of a registered model already')
    expect(words[1]).toContain('is that of a prompt already')
    expect(words[2]).toContain('Prompt (name=ask) already exists')
  })

  test('takes its versions, tags and aliases along to a new name', async () => {
    await registry.createModel({ name: 'wine', tags: [{ key: 'team', value: 'red' }] })
    await registry.add('wine')
    await registry.setAlias('wine', 'champion', 1)
    const renamed = await registry.renameModel('wine', 'grape')
    expect(renamed).toMatchObject({ name: 'grape', aliases: [{ alias: 'champion', version: 1 }] })
    expect(renamed.tags).toEqual([{ key: 'team', value: 'red' }])
    expect(registry.version('grape', 1)).toMatchObject({ name: 'grape', updatedAt: renamed.updatedAt })
    expect(await faultOf(() => registry.version('wine', 1))).toContain('Registered Model with name=wine not found')
    await registry.createModel({ name: 'wine' })
    expect(await faultOf(() => registry.renameModel('grape', 'wine'))).toMatch(/^tracking_exists/)
    expect(await registry.renameModel('grape', 'grape')).toMatchObject({ name: 'grape' })
  })

  test('is described, and its tags are set and taken away', async () => {
    await registry.createModel({ name: 'wine', description: 'old' })
    expect(await registry.describeModel('wine', 'new')).toMatchObject({ description: 'new', updatedAt: 1_002 })
    await registry.setModelTag('wine', { key: 'team', value: 'red' })
    await registry.setModelTag('wine', { key: 'team', value: '' })
    expect(registry.model('wine').tags).toEqual([{ key: 'team', value: '' }])
    await registry.deleteModelTag('wine', 'team')
    await registry.deleteModelTag('wine', 'team')
    expect(registry.model('wine').tags).toEqual([])
  })

  test('leaves nothing behind when it is deleted', async () => {
    await registry.createModel({ name: 'wine', tags: [{ key: 'team', value: 'red' }] })
    await registry.add('wine', 'red')
    await registry.setAlias('wine', 'champion', 1)
    await registry.deleteModel('wine')
    const left = ['registered_model_tags', 'model_version_tags', 'model_aliases', 'model_versions', 'registered_models']
    for (const table of left) expect(registry.db.prepare(`SELECT * FROM ${table}`).all(), table).toEqual([])
  })
})
