import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Search } from '#core/tracking/index.ts'
import { faultOf, LOGGED, openTestRegistry, RUN, type TestRegistry } from './registry-fixture.ts'

const NO_PROMPTS = "tag.`mlflow.prompt.is_prompt` != 'true'"
const PROMPT = [{ key: 'mlflow.prompt.is_prompt', value: 'true' }]

let registry: TestRegistry
beforeEach(async () => {
  registry = openTestRegistry()
  for (const name of ['wine', 'beer', 'ale']) await registry.createModel({ name, tags: [{ key: 'kind', value: name }] })
  await registry.createModel({ name: 'ask', tags: PROMPT })
  await registry.add('wine', 'red')
  await registry.add('beer', 'red')
  await registry.createVersion({ name: 'wine', source: `models:/${LOGGED}` })
  await registry.createVersion({ name: 'ask', source: 'dummy-source', tags: PROMPT })
})
afterEach(() => registry[Symbol.dispose]())

test.each<readonly [string, readonly string[]]>([
  ['', ['ale', 'beer', 'wine']],
  [NO_PROMPTS, ['ale', 'beer', 'wine']],
  ["tags.`mlflow.prompt.is_prompt` = 'true'", ['ask']],
  ["name = 'beer'", ['beer']],
  ["name LIKE '%e%' AND tags.kind != 'ale'", ['beer', 'wine']],
  ["name ILIKE 'W%'", ['wine']],
  ["name = 'ale' OR tags.kind = 'wine'", ['ale', 'wine']],
  ["name = 'nothing'", []],
])('models that match %s are found, by name', (filter, names) => {
  expect(registry.models({ filter, maxResults: 10 }).items.map(({ name }) => name)).toEqual(names)
})

test.each<readonly [string, readonly string[]]>([
  ['', ['wine 2', 'beer 1', 'wine 1']],
  ["name = 'wine'", ['wine 2', 'wine 1']],
  [`run_id = '${RUN}'`, ['wine 2']],
  [`run_id IN ('${RUN}', 'x')`, ['wine 2']],
  ['version_number > 1', ['wine 2']],
  ["source_path LIKE 'mlflow-artifacts:%'", ['beer 1', 'wine 1']],
  ["tags.team = 'red'", ['beer 1', 'wine 1']],
  ["tags.`mlflow.prompt.is_prompt` = 'true'", ['ask 1']],
])('versions that match %s are found, the one changed last first', (filter, found) => {
  const { items } = registry.versions({ filter, maxResults: 10 })
  expect(items.map(({ name, version }) => `${name} ${version}`)).toEqual(found)
})

test('a version that was changed comes first', async () => {
  await registry.describeVersion('wine', 1, 'mended')
  expect(registry.versions({ maxResults: 1 }).items).toEqual([registry.version('wine', 1)])
})

test('an order is kept over pages, which chain and end without a token', () => {
  const search: Search = { orderBy: ['last_updated_timestamp DESC'], maxResults: 1 }
  const seen: string[] = []
  let page = registry.models(search)
  for (; page.next !== undefined; page = registry.models({ ...search, pageToken: page.next })) {
    seen.push(...page.items.map(({ name }) => name))
  }
  expect([...seen, ...page.items.map(({ name }) => name)]).toEqual(['wine', 'beer', 'ale'])
  expect(registry.versions({ orderBy: ['name', 'version_number ASC'], maxResults: 3 })).toMatchObject({
    items: [
      { name: 'beer', version: 1 },
      { name: 'wine', version: 1 },
      { name: 'wine', version: 2 },
    ],
  })
})

test.each<readonly [string, (on: TestRegistry) => unknown]>([
  ['Invalid page token', (on) => on.models({ maxResults: 5, pageToken: 'what?' })],
  ['another filter', (on) => on.versions({ maxResults: 5, filter: "name = 'wine'", pageToken: tokenOf(on) })],
  ['max_results', (on) => on.models({ maxResults: 1_001 })],
  ['max_results', (on) => on.versions({ maxResults: 200_001 })],
  ['max_results', (on) => on.models({ maxResults: 0 })],
  ['order_by', (on) => on.models({ maxResults: 5, orderBy: ['name', 'name DESC'] })],
  ['order by', (on) => on.models({ maxResults: 5, orderBy: ['colour'] })],
  ['Invalid', (on) => on.models({ maxResults: 5, filter: 'name = ' })],
  ['Invalid', (on) => on.models({ maxResults: 5, filter: "run_id = 'x'" })],
  ['Expected numeric', (on) => on.versions({ maxResults: 5, filter: "version_number = 'x'" })],
])('a search that cannot be is refused: %s', async (words, call) => {
  const fault = await faultOf(() => call(registry))
  expect(fault).toMatch(/^tracking_invalid: /)
  expect(fault).toContain(words)
})

function tokenOf(on: TestRegistry): string {
  return on.versions({ maxResults: 1 }).next ?? ''
}

test('models and versions that come or go between two pages move nothing where no order is asked for', async () => {
  using own = openTestRegistry()
  for (const name of ['a', 'b', 'c', 'd']) await own.createModel({ name })
  for (const name of ['a', 'b', 'b', 'c']) await own.add(name)
  const models = own.models({ maxResults: 2 })
  const versions = own.versions({ maxResults: 2 })
  expect(versions.items.map(({ name, version }) => name + version)).toEqual(['c1', 'b2'])
  await own.deleteModel('a')
  await own.add('d')

  const moreModels = own.models({ maxResults: 2, pageToken: models.next ?? '' })
  expect(moreModels).toMatchObject({ items: [{ name: 'c' }, { name: 'd' }] })
  expect(moreModels.next).toBeUndefined()
  const moreVersions = own.versions({ maxResults: 2, pageToken: versions.next ?? '' })
  expect(moreVersions.items.map(({ name, version }) => name + version)).toEqual(['b1'])
})
