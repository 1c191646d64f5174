import { describe, expect, test } from 'vitest'
import { factsOf, inputOf, nodeOf, PROFILE, refused, seen, templateOf, wrongOf } from './judge-fixture.ts'
import { judgeNodes } from './judge-nodes.ts'
import { nodeFacts, type NodeFacts } from './read-nodes.ts'
import type { Facts } from './facts.ts'

const GPU = { key: 'gpu', value: 'true', effect: 'NoSchedule' }
const ARM = nodeOf({ name: 'arm', platform: 'linux/arm64', labels: { 'kubernetes.io/arch': 'arm64' } })

type Case = {
  readonly nodes: readonly NodeFacts[]
  readonly taken?: Facts['taken']
  readonly fit?: Parameters<typeof templateOf>[0][string]
  readonly spec?: object
  readonly platform?: 'linux/arm64'
}

function judged({ nodes, taken = seen(new Map()), fit = {}, spec = {}, platform }: Case) {
  const object = templateOf({ fit }, spec)
  const facts = factsOf(object, { nodes: seen(nodes), taken })
  const steps = { fit: { width: 1, ...(platform === undefined ? {} : { platform }) } }
  const made = judgeNodes(facts, inputOf(object, PROFILE, { steps }))
  return { wrong: wrongOf(made.checks), nodes: made.nodes['fit'], checks: made.checks }
}

describe('the nodes for a step', () => {
  const full = seen(new Map([['a', { cpu: 1.5, memory: 3 * 2 ** 30, pods: 10 }]]))
  const some = seen(new Map([['a', { cpu: 1.5, memory: 2.5 * 2 ** 30, pods: 3 }]]))
  test.each<[string, Case, string[]]>([
    ['one that fits to the last byte', { nodes: [nodeOf()], fit: { cpu: '2', memory: '4Gi' } }, []],
    [
      'one with a thousandth too little',
      { nodes: [nodeOf()], fit: { cpu: '2001m' } },
      ['failed nodes fit: no node can ever take a pod of it: of 1 node 1 has too little cpu (2.001 asked, 2 in all)'],
    ],
    ['4G of 4Gi', { nodes: [nodeOf()], fit: { memory: '4G' } }, []],
    [
      'one that others use',
      { nodes: [nodeOf()], fit: { memory: '2Gi' }, taken: some },
      ['warning nodes fit: no node takes a pod of it now: of 1 node 1 has too little memory (2.0Gi asked, 1.5Gi free)'],
    ],
    ['one with room for what is asked', { nodes: [nodeOf()], fit: { cpu: '500m' }, taken: some }, []],
    [
      'one with as many pods as it takes',
      { nodes: [nodeOf()], taken: full },
      ['warning nodes fit: no node takes a pod of it now: of 1 node 1 has no room for one more pod'],
    ],
    [
      'no GPU',
      { nodes: [nodeOf()], fit: { gpu: '1' } },
      ['failed nodes fit: no node can ever take a pod of it: of 1 node 1 has no nvidia.com/gpu'],
    ],
    ['a GPU', { nodes: [nodeOf({ allocatable: { cpu: 1, pods: 1, 'nvidia.com/gpu': 1 } })], fit: { gpu: '1' } }, []],
    [
      'ephemeral storage',
      { nodes: [nodeOf()], fit: { container: { resources: { requests: { 'ephemeral-storage': '1Gi' } } } } },
      ['failed nodes fit: no node can ever take a pod of it: of 1 node 1 has no ephemeral-storage'],
    ],
    [
      'a taint',
      { nodes: [nodeOf({ taints: [GPU] })] },
      ['failed nodes fit: no node can ever take a pod of it: of 1 node 1 has the taint gpu=true:NoSchedule'],
    ],
    [
      'a taint that is tolerated',
      { nodes: [nodeOf({ taints: [GPU] })], spec: { tolerations: [{ key: 'gpu', value: 'true' }] } },
      [],
    ],
    [
      'a taint of another value',
      { nodes: [nodeOf({ taints: [GPU] })], spec: { tolerations: [{ key: 'gpu', value: 'no' }] } },
      ['failed nodes fit'],
    ],
    [
      'a taint of another effect',
      {
        nodes: [nodeOf({ taints: [{ ...GPU, effect: 'NoExecute' }] })],
        spec: { tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }] },
      },
      ['failed nodes fit'],
    ],
    ['a taint that is a wish', { nodes: [nodeOf({ taints: [{ ...GPU, effect: 'PreferNoSchedule' }] })] }, []],
    [
      'one that is cordoned, told once',
      {
        nodes: [
          nodeOf({
            isCordoned: true,
            taints: [{ key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' }],
          }),
        ],
      },
      ['warning nodes fit: no node takes a pod of it now: of 1 node 1 is cordoned'],
    ],
    [
      'one that is not ready',
      { nodes: [nodeOf({ isReady: false })] },
      ['warning nodes fit: no node takes a pod of it now: of 1 node 1 is not ready'],
    ],
    [
      'one under pressure',
      { nodes: [nodeOf({ pressures: ['DiskPressure'] })] },
      ['warning nodes fit: no node takes a pod of it now: of 1 node 1 has DiskPressure'],
    ],
    [
      'another platform',
      { nodes: [ARM] },
      [
        'failed nodes: the target is for linux/amd64, and its nodes are linux/arm64',
        'failed nodes fit: no node can ever take a pod of it: of 1 node 1 is linux/arm64, not linux/amd64',
      ],
    ],
    ['the platform of the step', { nodes: [ARM], platform: 'linux/arm64', spec: { nodeSelector: {} } }, []],
    [
      'a label that is lacking',
      { nodes: [nodeOf()], spec: { nodeSelector: { pool: 'gpu' } } },
      ['failed nodes fit: no node can ever take a pod of it: of 1 node 1 lacks the label pool=gpu'],
    ],
    [
      'a selector of the step',
      { nodes: [nodeOf({ labels: { pool: 'gpu' } })], fit: { template: { nodeSelector: { pool: 'gpu' } } } },
      [],
    ],
    [
      'an affinity',
      { nodes: [nodeOf()], spec: { affinity: {} } },
      ['skipped nodes fit: pods of the step have an affinity'],
    ],
    ['none', { nodes: [] }, ['failed nodes fit: no node can ever take a pod of it: the cluster has no nodes']],
  ])('with %s', (_, cases, words) => {
    expect(judged(cases).wrong).toEqual(words.map((it) => expect.stringContaining(it)))
  })

  test('that all refuse it are grouped by cause, the commonest first', () => {
    const nodes = [
      nodeOf({ name: 'b', taints: [GPU] }),
      nodeOf({ name: 'a' }),
      nodeOf({ name: 'c', allocatable: { cpu: 1, memory: 4 * 2 ** 30, pods: 10 } }),
      ARM,
    ]
    const taken = seen(
      new Map([
        ['a', { memory: 2.5 * 2 ** 30 }],
        ['c', { memory: 3 * 2 ** 30 }],
      ]),
    )
    const { nodes: of, checks } = judged({ nodes, taken, fit: { memory: '4Gi' } })
    expect(of).toEqual({
      fits: [],
      count: 0,
      why: 'of 4 nodes 2 have too little memory (4.0Gi asked, 1.5Gi free), 1 has the taint gpu=true:NoSchedule, 1 is linux/arm64, not linux/amd64',
    })
    expect(checks[0]).toMatchObject({ status: 'warning', fix: 'wait until others are done, or ask for less' })
  })

  test('that fit are named, five at most', () => {
    const nodes = Array.from({ length: 7 }, (_, i) => nodeOf({ name: `n${i}` }))
    expect(judged({ nodes }).nodes).toEqual({ fits: ['n0', 'n1', 'n2', 'n3', 'n4'], count: 7, why: null })
  })

  test('are judged by what they have in all where pods may not be listed, which is said', () => {
    const taken = refused('cluster_forbidden')
    const { checks } = judged({ nodes: [nodeOf()], taken, fit: { memory: '4Gi' } })
    expect(checks[0]?.found).toBe(
      'each step fits on 1 of 1 node; what other pods take is not known, since you may not list them',
    )
  })

  test('that may not be listed are unknown', () => {
    const object = templateOf({ fit: {} })
    const made = judgeNodes(factsOf(object, { nodes: refused('cluster_forbidden') }), inputOf(object, PROFILE))
    expect(made.nodes).toEqual({ fit: { fits: null, count: null, why: null } })
    expect(made.checks).toEqual([expect.objectContaining({ status: 'skipped' })])
  })
})

test('a node of the API is read', () => {
  const conditions = [
    { type: 'Ready', status: 'True' },
    { type: 'MemoryPressure', status: 'True' },
    { type: 'DiskPressure', status: 'Unknown' },
  ]
  const status = {
    allocatable: { cpu: '3920m', memory: '128974848000m', pods: '110' },
    conditions,
    nodeInfo: { architecture: 'amd64', operatingSystem: 'linux' },
  }
  const spec = { taints: [{ key: 'a', effect: 'NoExecute' }], unschedulable: true }
  expect(nodeFacts({ metadata: { name: 'n' }, spec, status })).toEqual({
    name: 'n',
    labels: {},
    platform: 'linux/amd64',
    taints: [{ key: 'a', value: '', effect: 'NoExecute' }],
    isCordoned: true,
    isReady: true,
    pressures: ['MemoryPressure'],
    allocatable: { cpu: 3.92, memory: 128974848, pods: 110 },
  })
})

describe('a cluster that makes nodes', () => {
  const object = templateOf({ fit: { gpu: '1' } })
  const of = (autoscaler: string | null): string[] => {
    const facts = factsOf(object, { autoscaler: seen(autoscaler) })
    return wrongOf(judgeNodes(facts, inputOf(object, PROFILE)).checks)
  }

  test('may make one for a step that none takes', () => {
    expect(of(null)).toEqual([expect.stringContaining('failed nodes fit: no node can ever take a pod of it')])
    expect(of('Karpenter')).toEqual([
      expect.stringContaining('warning nodes fit: no node takes a pod of it now, and Karpenter may make one'),
    ])
  })
})

test('nodes of another platform refuse a push, whatever a run would take from the cache', () => {
  const object = templateOf({ fit: {} })
  const nodes = seen([nodeOf({ labels: { 'kubernetes.io/arch': 'arm64' }, platform: 'linux/arm64' })])
  const { checks } = judgeNodes(factsOf(object, { nodes }), inputOf(object, PROFILE))
  expect(checks.find(({ step }) => step === null)).toMatchObject({
    status: 'failed',
    found: 'the target is for linux/amd64, and its nodes are linux/arm64',
  })
})
