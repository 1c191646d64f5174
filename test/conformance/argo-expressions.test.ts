import fc from 'fast-check'
import { expect, test } from 'vitest'
import { documentOf } from '#core/cluster/compile-fixture.ts'
import { validateDocument } from '#core/pipelines/validate.ts'
import { playOnArgo } from '#test/support/argo-player.ts'
import { describeWithKubernetes } from '#test/support/requirements.ts'
import { caseOf, localOf, toldByArgo, toldLocally } from './argo-cases.ts'
import { endOf, outputsOf, sourcesOf, type DrawnStep } from './control-dags.ts'
import { expressions } from './control-expressions.ts'

const CONDITIONS = 220
const LISTS = 60
const SEED = Number(process.env['MINISUB_TEST_SEED'] ?? 20261126)
const LIMIT_MS = 240_000

type Producer = Pick<DrawnStep, 'name' | 'isFanOut' | 'endings' | 'cached'> & { readonly more: object }

/** A producer of every kind: with values, none, several, defaults, from the cache, failed. */
const PRODUCERS: readonly Producer[] = [
  { name: 'plain', isFanOut: false, endings: ['succeeds'], cached: 'nothing', more: {} },
  { name: 'known', isFanOut: false, endings: ['succeeds'], cached: 'all', more: {} },
  { name: 'many', isFanOut: true, endings: ['succeeds'], cached: 'nothing', more: { forEach: { i: [1, 2, 3] } } },
  {
    name: 'none',
    isFanOut: true,
    endings: ['succeeds'],
    cached: 'nothing',
    more: { forEach: { i: [] }, needs: ['plain'] },
  },
  { name: 'some', isFanOut: true, endings: ['succeeds'], cached: 'odd items', more: { forEach: { i: [1, 2, 3, 4] } } },
  { name: 'left_out', isFanOut: false, endings: ['succeeds'], cached: 'nothing', more: { needs: { plain: 'failed' } } },
  {
    name: 'all_left_out',
    isFanOut: true,
    endings: ['succeeds'],
    cached: 'nothing',
    more: { forEach: { i: [1] }, needs: { plain: 'failed' } },
  },
]

const producers = PRODUCERS.map((it, seed): DrawnStep => {
  const outputs = outputsOf(it.isFanOut, it.name.endsWith('left_out'))
  return { ...it, seed, spec: { command: ['x'], outputs, ...it.more } }
})
const failed: DrawnStep = {
  name: 'bad',
  isFanOut: false,
  endings: ['fails'],
  cached: 'nothing',
  seed: 3,
  spec: { command: ['x'] },
}

/** Steps with these expressions, of those that validation accepts. */
function consumers(count: number, key: 'when' | 'forEach', arbitrary: fc.Arbitrary<string>): DrawnStep[] {
  const before = Object.fromEntries([...producers, failed].map(({ name, spec }) => [name, spec]))
  const specs = fc
    .uniqueArray(arbitrary, { minLength: count * 5, maxLength: count * 5 })
    .map((sources) => sources.map((source) => specOf(key, `\${{ ${source} }}`)))
  const valid = fc
    .sample(specs, { numRuns: 1, seed: SEED })
    .flat()
    .filter((spec) => validateDocument(documentOf({ steps: { ...before, step: spec } })).ok)
  return valid.slice(0, count).map((spec, index) => {
    return {
      name: `${key.toLowerCase()}_${index}`,
      isFanOut: key === 'forEach',
      endings: ['succeeds'],
      seed: 0,
      cached: 'nothing',
      spec,
    }
  })
}

function specOf(key: 'when' | 'forEach', expression: string): object {
  return { command: ['x'], [key]: key === 'when' ? expression : { v: expression } }
}

describeWithKubernetes(`expressions on Argo's controller (seed ${SEED})`, () => {
  test(
    'give what the local engine computes of them, and none ends its template early',
    async () => {
      const sources = sourcesOf(producers)
      const { bool, list } = expressions({ ...sources, string: [...sources.string, 'steps.bad.status'] })
      const steps = [...producers, failed, ...consumers(CONDITIONS, 'when', bool), ...consumers(LISTS, 'forEach', list)]
      expect(steps.length).toBe(producers.length + 1 + CONDITIONS + LISTS)
      const one = caseOf(steps)
      if (one === undefined) throw new Error('the pipeline is not valid')
      const texts = JSON.stringify(one.compiled.object).match(/\{\{=.*?\}\}/g) ?? []
      expect(texts.filter((text) => !/^\{\{=[^{}]*\}\}$/.test(text))).toEqual([])
      const [argo] = await playOnArgo([{ object: one.compiled.object, endOf: (which) => endOf(steps, which) }])
      if (argo === undefined) throw new Error('not played')
      const [told, wanted] = [toldByArgo(one, argo), toldLocally(one, await localOf(one))]
      const wrong = steps.filter(({ name }) => told.states[name] !== wanted.states[name])
      expect(wrong.map(({ name, spec }) => [spec, told.states[name], wanted.states[name], messageOf(name)])).toEqual([])
      expect(told).toEqual(wanted)
      const states = Object.entries(wanted.states).filter(([name]) => name.startsWith('when'))
      for (const state of ['succeeded', 'skipped'])
        expect(states.filter(([, it]) => it === state).length).toBeGreaterThan(50)

      function messageOf(name: string): string | undefined {
        return argo?.nodes.find((node) => node.name === `w.s-${name.replaceAll('_', '-')}`)?.message
      }
    },
    LIMIT_MS,
  )
})
