import { expect, test } from 'vitest'
import { compareRuns } from './compare-runs.ts'
import { gatherFacts, MOST_TRACKED, type FactReads } from './facts.ts'
import { factsOf, outcomesOf } from './parity-fixture.ts'

const MORE = 1_000

/** Reads of a run with many items and then a step without, which has logged an accuracy. */
function readsOf(run: string, accuracy: number): FactReads {
  const { head, definition, parameters } = factsOf(run)
  const [evaluate, score] = outcomesOf(run)
  if (evaluate === undefined || score === undefined) throw new Error('two step runs')
  const items = Array.from({ length: MOST_TRACKED + MORE }, (_, index) => ({ ...score, item: { index, values: {} } }))
  const outcome = { ...head, isOnCluster: false, definition, parameters, keyParts: {}, steps: [...items, evaluate] }
  const provenance = { environments: [], code: { digest: 'c0', files: [], links: [] }, inputs: {} }
  const metric = { key: 'f1', last: accuracy, min: accuracy, max: accuracy, count: 1 }
  return {
    pipelines: { outcome: () => ({ ...outcome, id: run }), provenance: () => provenance as never },
    settled: () => Promise.resolve(),
    metrics: ({ item }) => (item === null ? [metric] : []),
  }
}

test('metrics are read of steps without a fan-out first, however many items there are', async () => {
  const a = await gatherFacts(readsOf('run a', 0.9), 'run a')
  const b = await gatherFacts(readsOf('run b', 0.5), 'run b')
  expect([a.metrics.size, a.unread.size]).toEqual([MOST_TRACKED, MORE + 1])
  const { verdict, findings } = compareRuns({ a, b })
  expect(verdict).toBe('different')
  expect(findings.find(({ level }) => level === 'different')).toMatchObject({
    aspect: 'metrics',
    step: 'train',
    name: 'f1',
  })
  const same = compareRuns({ a, b: await gatherFacts(readsOf('run b', 0.9), 'run b') })
  expect(same.words).toContain(`The metrics of ${MORE + 1} step runs were not compared.`)
})

test('a long parameter is cut between characters', async () => {
  const reads = readsOf('run a', 1)
  const outcome = reads.pipelines.outcome('run a')
  const long = { ...outcome, parameters: { note: '😀'.repeat(300) } }
  const { head } = await gatherFacts({ ...reads, pipelines: { ...reads.pipelines, outcome: () => long } }, 'run a')
  expect(head.parameters).toEqual({ note: `"${'😀'.repeat(249)}…` })
})
