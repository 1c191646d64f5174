import { expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import { findControllers, missingKinds } from './find-argo.ts'
import { answering } from './install-fixture.ts'
import { ARGO_KINDS } from './plan.ts'

const DEPLOYMENTS = '/apis/apps/v1/deployments'
const ARGO = '/apis/argoproj.io/v1alpha1'
const { signal } = new AbortController()
const missing = new Problem('not_found', 'not found')
const forbidden = new Problem('cluster_forbidden', 'no')
const IMAGE = 'quay.io/argoproj/workflow-controller:v3.7.9'

function deployment(container: object, replicas = 1): object {
  return {
    metadata: { name: 'workflow-controller', namespace: 'argo' },
    spec: { replicas, template: { spec: { containers: [{ image: 'sidecar' }, { image: IMAGE, ...container }] } } },
  }
}

async function foundOf(container: object, config: object | Error = missing, replicas?: number) {
  const cluster = answering({
    [DEPLOYMENTS]: { items: [deployment(container, replicas)] },
    '/api/v1/namespaces/argo/configmaps/workflow-controller-configmap': config,
    '/api/v1/namespaces/argo/configmaps/other': config,
  })
  return findControllers(cluster, signal)
}

test.each([
  ['without flags', {}, null],
  ['--namespaced', { args: ['--namespaced'] }, 'argo'],
  ['--namespaced=true', { args: ['--namespaced=true'] }, 'argo'],
  ['--namespaced=false', { args: ['--namespaced=false', '--managed-namespace', 'ml'] }, null],
  ['in two words', { args: ['--namespaced', '--managed-namespace', 'ml'] }, 'ml'],
  ['in one word', { command: ['workflow-controller', '--managed-namespace=ml', '--namespaced'] }, 'ml'],
  [
    'by a variable',
    {
      env: [
        { name: 'ARGO_NAMESPACED', value: 'true' },
        { name: 'ARGO_MANAGED_NAMESPACE', value: 'ml' },
      ],
    },
    'ml',
  ],
  ['a namespace for which it is not namespaced', { args: ['--managed-namespace', 'ml'] }, null],
  ['under another image', { image: 'mirror.example/argo@sha256:00', command: ['workflow-controller'] }, null],
])('a controller watches what it was told to: %s', async (_, container, watches) => {
  expect(await foundOf(container)).toEqual([{ place: 'argo/workflow-controller', watches }])
})

test.each([
  ['as data', { data: { instanceID: 'mine' } }],
  ['in one text', { data: { config: 'instanceID: mine\n' } }],
])('a controller that takes labelled Workflows alone does not count (%s)', async (_, config) => {
  expect(await foundOf({}, config)).toEqual([])
  expect(await foundOf({ args: ['--configmap', 'other'] }, config)).toEqual([])
})

test('its configuration may be absent, empty, forbidden or no YAML of a map', async () => {
  for (const config of [
    missing,
    forbidden,
    {},
    { data: { config: '' } },
    { data: { config: 'text' } },
    { data: { config: 'a: [' } },
  ]) {
    expect(await foundOf({}, config)).toHaveLength(1)
  }
})

test('one that was scaled to nothing does not count, nor do other programs', async () => {
  expect(await foundOf({}, missing, 0)).toEqual([])
  expect(await foundOf({ image: 'team/workflow-controller-tests:1' })).toEqual([])
})

test('who may not look through all namespaces is told nothing', async () => {
  expect(await findControllers(answering({ [DEPLOYMENTS]: forbidden }), signal)).toBeUndefined()
})

test('kinds that are missing are named', async () => {
  expect(await missingKinds(answering({ [ARGO]: missing }), signal)).toEqual(ARGO_KINDS)
  const resources = ARGO_KINDS.slice(1).map((name) => ({ name }))
  expect(await missingKinds(answering({ [ARGO]: { resources } }), signal)).toEqual([ARGO_KINDS[0]])
})
