import { describe, expect, test } from 'vitest'
import { LimitRange, ResourceQuota } from '#core/cluster-facts/index.ts'
import { factsOf, inputOf, PROFILE, refused, seen, templateOf, wrongOf, type TestStep } from './judge-fixture.ts'
import { judgeObjectQuota, judgeQuotas } from './judge-quota.ts'

const quotaOf = (hard: object, used: object = {}, spec: object = {}): ResourceQuota =>
  ResourceQuota.parse({ metadata: { name: 'q' }, spec, status: { hard, used } })
const DEFAULTS = LimitRange.parse({
  metadata: { name: 'l' },
  spec: {
    limits: [{ type: 'Container', default: { cpu: '0', memory: '0' }, defaultRequest: { cpu: '0', memory: '0' } }],
  },
})

function judged(
  quota: ResourceQuota,
  fit: TestStep,
  { width = 1, parallelism = null }: { width?: number | null; parallelism?: number | null } = {},
): string[] {
  const object = templateOf({ fit })
  const facts = factsOf(object, { quotas: seen([quota]), limitRanges: seen([DEFAULTS]) })
  return wrongOf(judgeQuotas(facts, facts.pods, inputOf(object, PROFILE, { steps: { fit: { width } }, parallelism })))
}

describe('a quota and one pod', () => {
  test.each([
    ['as much as there is', { 'requests.cpu': '1500m' }, {}, { cpu: '1.5' }, []],
    [
      'more than there is',
      { 'requests.cpu': '1500m' },
      {},
      { cpu: '1501m' },
      ['failed quota fit: a pod takes 1.501 requests.cpu'],
    ],
    ['as much as is left', { cpu: '2' }, { cpu: '500m' }, { cpu: '1500m' }, []],
    [
      'more than is left',
      { cpu: '2' },
      { cpu: '501m' },
      { cpu: '1500m' },
      [
        'warning quota fit: a pod takes 1.5 cpu, and of the quota q 1.499 of 2 are free now: a run that is started now would be refused',
      ],
    ],
    [
      '1Gi of 1G',
      { 'limits.memory': '1G' },
      {},
      { memory: '1Gi' },
      ['failed quota fit: a pod takes 1.0Gi limits.memory'],
    ],
    ['1G of 1Gi', { memory: '1Gi' }, {}, { memory: '1G' }, []],
    ['nothing of a quota that is used up', { 'requests.nvidia.com/gpu': '0' }, {}, { cpu: '1' }, []],
    [
      'a GPU of a quota that has none',
      { 'requests.nvidia.com/gpu': '0' },
      {},
      { gpu: '1' },
      ['failed quota fit: a pod takes 1 requests.nvidia.com/gpu'],
    ],
    ['the last pod', { pods: '10' }, { pods: '9' }, {}, []],
    [
      'a pod too many',
      { 'count/pods': '10' },
      { 'count/pods': '10' },
      {},
      ['warning quota fit: a pod takes 1 count/pods'],
    ],
    [
      'what is overdrawn',
      { pods: '1' },
      { pods: '3' },
      {},
      ['warning quota fit: a pod takes 1 pods, and of the quota q 0 of 1 are free'],
    ],
    ['of other objects', { secrets: '0', 'requests.storage': '0' }, {}, { cpu: '1' }, []],
    ['what cannot be read', { pods: 'few' }, {}, {}, []],
  ])('that takes %s', (_, hard, used, fit, words) => {
    expect(judged(quotaOf(hard, used), fit)).toEqual(words.map((it) => expect.stringContaining(it)))
  })

  test.each<[string, object, TestStep, object, boolean]>([
    ['BestEffort', { scopes: ['BestEffort'] }, {}, {}, true],
    ['BestEffort, of one that says what it takes', { scopes: ['BestEffort'] }, { cpu: '1' }, {}, false],
    ['NotBestEffort', { scopes: ['NotBestEffort'] }, { memory: '1Gi' }, {}, true],
    ['Terminating', { scopes: ['Terminating'] }, {}, { activeDeadlineSeconds: 60 }, true],
    ['Terminating, of one without a deadline', { scopes: ['Terminating'] }, {}, {}, false],
    ['NotTerminating', { scopes: ['NotTerminating'] }, {}, {}, true],
    ['all scopes, of which one does not hold', { scopes: ['NotTerminating', 'BestEffort'] }, { cpu: '1' }, {}, false],
    ['pods with an affinity elsewhere', { scopes: ['CrossNamespacePodAffinity'] }, {}, {}, false],
    ...(
      [
        ['In', ['high'], 'high', true],
        ['In', ['high'], 'low', false],
        ['NotIn', ['high'], 'low', true],
        ['NotIn', ['high'], 'high', false],
        ['Exists', [], 'high', true],
        ['Exists', [], undefined, false],
        ['DoesNotExist', [], undefined, true],
        ['DoesNotExist', [], 'high', false],
      ] as const
    ).map(([operator, values, priorityClassName, counts]): [string, object, TestStep, object, boolean] => {
      const expression = { scopeName: 'PriorityClass', operator, values: [...values] }
      const words = `a priority ${operator} ${values.join()}, of ${priorityClassName ?? 'none'}`
      return [words, { scopeSelector: { matchExpressions: [expression] } }, {}, { priorityClassName }, counts]
    }),
  ])('counts it by its scope: %s', (_, spec, fit, template, counts) => {
    expect(judged(quotaOf({ pods: '0' }, {}, spec), { ...fit, template })).toHaveLength(counts ? 1 : 0)
  })
})

describe('a quota that wants all containers to say what they take', () => {
  const object = templateOf({ fit: { cpu: '1' } })
  const quotas = seen([quotaOf({ 'limits.cpu': '10' })])
  const of = (change: Parameters<typeof factsOf>[1]) => {
    const facts = factsOf(object, { quotas, ...change })
    return wrongOf(judgeQuotas(facts, facts.pods, inputOf(object, PROFILE)))
  }

  test.each([
    ['failed, where Argo’s are known', {}, 'failed quota fit: the quota q takes no container that does not say'],
    ['a warning, where they are not', { executor: seen(null) }, 'warning quota fit'],
    ['skipped, where limit ranges are not known', { limitRanges: refused('cluster_forbidden') }, 'skipped quota fit'],
  ] as const)('is %s', (_, change, words) => expect(of(change)).toEqual([expect.stringContaining(words)]))

  test('has nothing against defaults', () => expect(of({ limitRanges: seen([DEFAULTS]) })).toEqual([]))
})

describe('a fan-out and a quota', () => {
  test.each([
    [10, null, '10', []],
    [11, null, '10', ['up to 11 pods at once, and the quota q has room for 10 (pods)']],
    [11, 10, '10', []],
    [null, 12, '10', ['up to 12 pods at once']],
    [null, null, '1', []],
    [100, 100, '1', ['has room for 1']],
  ])('%s pods, %s at once, for %s', (width, parallelism, pods, words) => {
    expect(judged(quotaOf({ pods }), {}, { width, parallelism })).toEqual(
      words.map((it) => expect.stringContaining(it)),
    )
  })

  test('has no more at once than its step lets it', () => {
    const object = templateOf({ fit: {} })
    const facts = factsOf(object, { quotas: seen([quotaOf({ pods: '3' })]), limitRanges: seen([DEFAULTS]) })
    const of = (parallelism: number | null): string[] =>
      wrongOf(judgeQuotas(facts, facts.pods, inputOf(object, PROFILE, { steps: { fit: { width: 100, parallelism } } })))
    expect([of(3), of(4).length, of(null).length]).toEqual([[], 1, 1])
  })

  test('has as many as the scarcest resource lets it', () => {
    const quota = quotaOf({ pods: '8', 'requests.cpu': '1', 'requests.memory': '10Gi' })
    expect(judged(quota, { cpu: '300m', memory: '1Gi' }, { width: 5 })).toEqual([
      expect.stringContaining('room for 3 (requests.cpu)'),
    ])
  })
})

test('quotas that may not be read are no good sign', () => {
  const object = templateOf({ fit: {} })
  const facts = factsOf(object, { quotas: refused('cluster_forbidden', 'you may not list quotas: ask for a role') })
  const checks = judgeQuotas(facts, facts.pods, inputOf(object, PROFILE))
  expect(checks).toEqual([expect.objectContaining({ id: 'quota', status: 'skipped', fix: 'ask for a role' })])
})

test.each([
  [{ 'count/workflows.argoproj.io': '1' }, {}, 'passed'],
  [{ 'count/workflows.argoproj.io': '1' }, { 'count/workflows.argoproj.io': '1' }, 'warning'],
  [{ secrets: '3' }, { secrets: '1' }, 'passed'],
  [{ secrets: '3' }, { secrets: '2' }, 'warning'],
  [{ secrets: '3' }, { secrets: '3' }, 'failed'],
  [{ configmaps: '0' }, {}, 'failed'],
  [{ pods: '0' }, {}, undefined],
])('objects of %j with %j used, of which a push and a run create some: %s', (hard, used, status) => {
  const { creates } = inputOf(templateOf({}), PROFILE)
  expect(judgeObjectQuota({ quotas: seen([quotaOf(hard, used)]) }, { creates })?.status).toBe(status)
})

test('objects that are there already need no room', () => {
  const quotas = seen([quotaOf({ secrets: '2', 'count/workflowtemplates.argoproj.io': '1' }, { secrets: '2' })])
  expect(judgeObjectQuota({ quotas }, { creates: { push: {}, run: {} } })).toBeNull()
})
