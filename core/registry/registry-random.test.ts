import fc from 'fast-check'
import { expect, test } from 'vitest'
import { faultOf, openTestRegistry, type TestRegistry } from './registry-fixture.ts'
import type { ModelStage } from './types.ts'

type Step =
  | { readonly kind: 'add' | 'reset' }
  | { readonly kind: 'delete' | 'production' | 'replace'; readonly version: number }
  | { readonly kind: 'alias'; readonly alias: string; readonly version: number }
  | { readonly kind: 'unalias'; readonly alias: string }

/** What a registered model is, as simply as it can be said. */
type Expected = { next: number; readonly stages: Map<number, ModelStage>; readonly aliases: Map<string, number> }

const version = fc.integer({ min: 1, max: 5 })
const alias = fc.constantFrom('champion', 'best', 'x')
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('add' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reset' as const) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('delete', 'production', 'replace'), version }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('alias' as const), alias, version }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unalias' as const), alias }) },
)

test('whatever is done in whatever order, versions, stages and aliases are as a simple model says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      using registry = openTestRegistry()
      await registry.createModel({ name: 'wine' })
      const expected: Expected = { next: 1, stages: new Map(), aliases: new Map() }
      for (const each of steps) {
        const fault = await faultOf(() => act(registry, each))
        expect(fault.split(':')[0]).toBe(predict(expected, each) ? 'none' : 'not_found')
      }
      expect(seen(registry)).toEqual({
        stages: [...expected.stages].toSorted(([one], [other]) => one - other),
        aliases: [...expected.aliases].toSorted(([one], [other]) => (one < other ? -1 : 1)),
        latest: [...new Set(expected.stages.values())]
          .map((stage) => newest(expected, stage))
          .toSorted((a, b) => a - b),
      })
    }),
    { numRuns: 60 },
  )
}, 60_000)

async function act(registry: TestRegistry, each: Step): Promise<unknown> {
  switch (each.kind) {
    case 'add':
      return registry.add('wine')
    case 'reset':
      await registry.deleteModel('wine')
      return registry.createModel({ name: 'wine' })
    case 'delete':
      return registry.deleteVersion('wine', each.version)
    case 'production':
    case 'replace':
      return registry.moveVersion('wine', each.version, {
        stage: 'Production',
        archiveExisting: each.kind === 'replace',
      })
    case 'alias':
      return registry.setAlias('wine', each.alias, each.version)
    case 'unalias':
      return registry.deleteAlias('wine', each.alias)
  }
}

/** Does the step in the simple model; false where it must be refused. */
function predict(expected: Expected, each: Step): boolean {
  const { stages, aliases } = expected
  if ('version' in each && !stages.has(each.version)) return false
  if (each.kind === 'add') stages.set(expected.next++, 'None')
  if (each.kind === 'reset') {
    expected.next = 1
    stages.clear()
    aliases.clear()
  }
  if (each.kind === 'delete') {
    stages.delete(each.version)
    for (const [name, of] of aliases) if (of === each.version) aliases.delete(name)
  }
  if (each.kind === 'replace') {
    for (const [number, stage] of stages) if (stage === 'Production') stages.set(number, 'Archived')
  }
  if (each.kind === 'replace' || each.kind === 'production') stages.set(each.version, 'Production')
  if (each.kind === 'alias') aliases.set(each.alias, each.version)
  if (each.kind === 'unalias') aliases.delete(each.alias)
  return true
}

function newest({ stages }: Expected, asked: ModelStage): number {
  return Math.max(...[...stages].filter(([, stage]) => stage === asked).map(([number]) => number))
}

function seen(registry: TestRegistry): unknown {
  const { items } = registry.versions({ orderBy: ['version_number'], maxResults: 100 })
  const model = registry.model('wine')
  return {
    stages: items.map(({ version: number, stage }) => [number, stage]),
    aliases: model.aliases.map(({ alias: name, version: number }) => [name, number]),
    latest: model.latestVersions.map(({ version: number }) => number),
  }
}
