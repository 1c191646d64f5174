import { describe, expect, test } from 'vitest'
import type { FoundCluster, LocalClusterView } from '#core/contract/local-clusters.ts'
import { clusterRoutes } from '#core/contract/routes-clusters.ts'
import { clustersText, clusterText, eventsText, imagesText, jobFailureText, jobText } from './cluster-text.ts'
import { exitCodeOfJob } from './follow-job.ts'
import { clusterJob } from './test-jobs.ts'

const view: LocalClusterView = {
  ...clusterRoutes.showCluster.example.output,
  state: 'unreachable',
  reason: 'the engine\u0007does not answer: start it',
}
const found: FoundCluster[] = [
  { tool: 'minikube', name: 'minikube', context: 'minikube', kubeconfig: ['/config'], state: 'running', targets: [] },
]
const OVER = new Date(95_000).toISOString()
const PROBLEM = {
  code: 'kind_failed',
  message: 'kind failed: look at the log',
  cause: 'the disk is full',
  fix: 'free it',
}

describe('clusters in words', () => {
  test('a list has those of others below, and says how to make one where there is none', () => {
    expect(clustersText([view], [])).toMatch(
      /^CLUSTER +STATE +TARGET.*\nlocal-cluster +unreachable +- +kind-local-cluster /,
    )
    expect(clustersText([], found)).toMatch(
      /^no local clusters: make one with `minisub cluster create`\n\nmade by others/,
    )
    expect(clustersText([], found)).toMatch(/\nminikube +minikube +running +minikube +-\n$/)
  })

  test('a cluster has its reason, ports, versions, job and what its nodes use', () => {
    const use = [{ node: 'local-cluster-control-plane', cpu: 0.4, memoryBytes: 9e8, memoryLimitBytes: 8e9 }]
    const text = clusterText({ ...view, upgradable: true }, use)
    expect(text).toMatch(/^local-cluster {2}unreachable\n {2}the engine does not answer: start it\n/)
    expect(text).toMatch(/^ {2}ports +API 40001, registry 40002, store 40003, of 127\.0\.0\.1$/m)
    expect(text).toMatch(
      /^ {2}installed +argo v3\.7\.9, store v1\.8\.0 \(newer ones are here: minisub cluster upgrade\)$/m,
    )
    expect(text).toMatch(/^ {2}latest job +making local-cluster \(01kc2m3n4p5q6r7s8t9v0w1x2y\)$/m)
    expect(text).toMatch(/^local-cluster-control-plane +control-plane +running +0\.40 +900\.0 MB of 8\.0 GB$/m)
    expect(clusterText(view, [])).toMatch(/^local-cluster-control-plane +control-plane +running +- +-$/m)
  })

  test('events say how often, images come largest first with their sum', () => {
    const event = {
      at: null,
      type: 'Warning',
      reason: 'Failed',
      object: 'Pod/a',
      namespace: 'ml',
      message: 'no\nimage',
    }
    expect(eventsText([{ ...event, count: 3 }])).toMatch(/\n- +Warning +Failed +ml\/Pod\/a +no image \(3 times\)\n$/)
    expect(eventsText([])).toBe('the cluster remembers no events\n')
    const image = (tag: string, sizeBytes: number) => ({
      id: `sha256:${'ab'.repeat(32)}`,
      tags: [tag],
      sizeBytes,
      nodes: ['a'],
    })
    const lines = imagesText([image('small', 1e6), { ...image('big', 9e6), tags: [] }]).split('\n')
    expect(lines[1]).toMatch(/^<none> +abababababab +9\.0 MB +1$/)
    expect(lines[3]).toBe('10.0 MB in all')
  })
})

describe('the end of a job', () => {
  test('is one line for each kind, and an exit code', () => {
    const ended = (change: object) => clusterJob({ status: 'succeeded', endedAt: OVER, ...change })
    expect(jobText(ended({}))).toBe('lab is ready after 1 min 25 s: minisub run FILE --target lab\n')
    expect(jobText(ended({ kind: 'delete' }))).toBe('deleted lab; nothing of it is left\n')
    expect(jobText(ended({ status: 'cancelled' }))).toBe('lab: create was given up; nothing of it is left\n')
    expect(jobText(ended({ status: 'cancelled', kind: 'start' }))).toBe('lab: start was given up\n')
    expect(['succeeded', 'cancelled', 'running'].map((status) => exitCodeOfJob(ended({ status })))).toEqual([
      0, 130, 130,
    ])
  })

  test('of a failure has cause and fix once, and names only logs that are kept', () => {
    const failed = clusterJob({ status: 'failed', problem: PROBLEM, logs: '/home/logs' })
    expect(jobFailureText(failed, { isKept: true })).toBe(
      [
        'error: kind failed: look at the log',
        'likely cause: the disk is full',
        'fix: free it',
        'logs of the nodes: /home/logs',
        'what was done: minisub cluster logs --job 01kc2m3n4p5q6r7s8t9v0w1x2y',
        '',
      ].join('\n'),
    )
    const said = { ...failed, problem: { ...PROBLEM, cause: null, fix: 'look at the log' } }
    expect(jobFailureText(said, { isKept: false })).toBe('error: kind failed: look at the log\n')
  })

  test('of a failure has the exit code of its problem', () => {
    const codes = [
      'kind_failed',
      'cluster_preflight',
      'kind_unavailable',
      'invalid_value',
      'conflict',
      'of a later version',
    ]
    const exits = codes.map((code) => exitCodeOfJob(clusterJob({ status: 'failed', problem: { ...PROBLEM, code } })))
    expect(exits).toEqual([1, 1, 1, 2, 2, 1])
  })
})
