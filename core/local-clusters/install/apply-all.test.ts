import { expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import type { Cluster, KubeObject } from '#core/runtimes/cluster.ts'
import { applyAll } from './apply-all.ts'
import { argoKind } from './argo-kinds.ts'
import { CORE, ourObject } from './objects.ts'
import { pathOf } from './places.ts'

const { signal } = new AbortController()
const KIND = argoKind('workflows')
const MAP = ourObject(CORE('ConfigMap'), { name: 'a', namespace: 'ml' }, { data: { a: '1' } })
const MISSING = new Problem('not_found', 'not found')
const READY = ['Established', 'NamesAccepted'].map((type) => ({ type, status: 'True' }))

/** A cluster that answers in turn what is given for a path, the last of it for ever, and tells what was asked of it. */
function clusterWith(answers: { get?: Record<string, unknown[]>; apply?: unknown[] }): {
  cluster: Cluster
  asked: string[]
} {
  const asked: string[] = []
  const next = (from: unknown[] | undefined, otherwise: unknown): unknown => {
    const found = from === undefined ? otherwise : from.length > 1 ? from.shift() : (from[0] ?? otherwise)
    if (found instanceof Error) throw found
    return found
  }
  const cluster = {
    call: async (_: string, path: string) => next(answers.get?.[path], MISSING),
    apply: async (path: string, object: KubeObject) => {
      asked.push(path)
      return next(answers.apply, object)
    },
  }
  return { cluster: cluster as unknown as Cluster, asked }
}

test.each([
  ['a namespace that is not seen yet', new Problem('not_found', 'namespaces "ml" not found')],
  ['a server that is away', new Problem('cluster_unreachable', 'does not answer')],
  ['two that write at once', new Problem('conflict', 'the object has been modified')],
  ['a server that begins', new Problem('cluster_refused', 'refuses: not yet ready to handle request')],
])('is patient with %s', async (_, problem) => {
  const { cluster, asked } = clusterWith({ apply: [problem, MAP] })
  await applyAll(cluster, [MAP], { signal })
  expect(asked).toEqual([pathOf(MAP), pathOf(MAP)])
})

test('patience has an end, and what is refused for good is told at once, with the object', async () => {
  const away = clusterWith({ apply: [new Problem('cluster_unreachable', 'does not answer')] })
  await expect(applyAll(away.cluster, [MAP], { signal, patienceMs: 0 })).rejects.toMatchObject({
    code: 'cluster_unreachable',
    message: 'ConfigMap ml/a: does not answer',
  })
  const refusing = clusterWith({ apply: [new Problem('cluster_refused', 'refuses: exceeded quota')] })
  await expect(applyAll(refusing.cluster, [MAP], { signal })).rejects.toMatchObject({ code: 'cluster_refused' })
  expect(refusing.asked).toHaveLength(1)
})

test('rights that its user may not give are told as rights that are lacking', async () => {
  const words = 'user "ada" is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""]}'
  const { cluster } = clusterWith({ apply: [new Problem('cluster_refused', words)] })
  await expect(applyAll(cluster, [MAP], { signal })).rejects.toMatchObject({
    code: 'cluster_forbidden',
    message: expect.stringMatching(/^you lack rights that ConfigMap ml\/a gives: have an administrator/),
    details: '{APIGroups:[""]}',
  })
})

test('what somebody else made stays as it is; what may not be looked at is applied', async () => {
  const became: string[] = []
  const onObject = (_: KubeObject, it: string): void => void became.push(it)
  const others = clusterWith({ get: { [pathOf(MAP)]: [{ metadata: { name: 'a' } }] } })
  await applyAll(others.cluster, [MAP], { signal, onObject })
  const hidden = clusterWith({ get: { [pathOf(MAP)]: [new Problem('cluster_forbidden', 'no')] } })
  await applyAll(hidden.cluster, [MAP], { signal, onObject })
  expect(became).toEqual(['left', 'applied'])
  expect([others.asked, hidden.asked]).toEqual([[], [pathOf(MAP)]])
})

test('kinds are served before what comes behind them; others that have their names are told', async () => {
  const conditions = (status: string, message: string): object => ({
    ...KIND,
    status: { conditions: [{ type: 'NamesAccepted', status, message }] },
  })
  const path = pathOf(KIND)
  const slow = clusterWith({ get: { [path]: [MISSING, KIND, { ...KIND, status: { conditions: READY } }] } })
  await applyAll(slow.cluster, [KIND, MAP], { signal })
  expect(slow.asked).toEqual([path, pathOf(MAP)])
  const taken = clusterWith({ get: { [path]: [MISSING, conditions('False', '"wf" is already in use')] } })
  await expect(applyAll(taken.cluster, [KIND, MAP], { signal, patienceMs: 0 })).rejects.toMatchObject({
    code: 'cluster_unusable',
    message: expect.stringMatching(/does not serve workflows\.argoproj\.io \("wf" is already in use\): /),
  })
  expect(taken.asked).toEqual([path])
})

test('ends with the reason of its signal', async () => {
  const { cluster } = clusterWith({ apply: [new Problem('cluster_unreachable', 'does not answer')] })
  const leaving = AbortSignal.timeout(50)
  await expect(applyAll(cluster, [MAP], { signal: leaving })).rejects.toMatchObject({ name: 'AbortError' })
})
