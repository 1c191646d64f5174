import { expect, test } from 'vitest'
import { answering } from './install-fixture.ts'
import { waitReady } from './wait-ready.ts'

const QUERY = 'labelSelector=app.kubernetes.io%2Fmanaged-by%3Dmini-submarine'
const DEPLOYMENTS = `/apis/apps/v1/namespaces/ml/deployments?${QUERY}`
const PODS = `/api/v1/namespaces/ml/pods?${QUERY}`
const { signal } = new AbortController()

const deployment = (status: object) => ({ items: [{ metadata: { name: 'store', generation: 1 }, spec: {}, status }] })
const pods = (status: object) => ({
  items: [{ metadata: { name: 'store-1', labels: { 'app.kubernetes.io/name': 'store' } }, status }],
})
const waiting = (reason: string) => ({ containerStatuses: [{ name: 'c', state: { waiting: { reason } } }] })

test('what runs as it was applied is waited for no longer', async () => {
  const out = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 }
  await waitReady(answering({ [DEPLOYMENTS]: deployment(out) }), { namespace: 'ml', signal })
})

test.each([
  ['that lasts', 'ErrImagePull', { patienceMs: 0 }, /^the Deployment store in ml does not come up \(ErrImagePull\): /],
  ['that nobody tells', 'ContainerCreating', { longestMs: 0 }, /store: ContainerCreating, nothing more comes\): /],
])('a fault %s ends the wait', async (_, reason, limits, words) => {
  const cluster = answering({ [DEPLOYMENTS]: deployment({}), [PODS]: pods(waiting(reason)) })
  const notes: string[] = []
  const onNote = (note: string): void => void notes.push(note)
  await expect(waitReady(cluster, { namespace: 'ml', signal, onNote, ...limits })).rejects.toMatchObject({
    code: 'cluster_unusable',
    message: expect.stringMatching(words),
  })
  expect(notes).toEqual([`store: ${reason}`])
})
