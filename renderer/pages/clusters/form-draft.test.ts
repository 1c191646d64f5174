import { expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import { LocalClusterForm } from '#core/contract/local-clusters.ts'
import { emptyDraft, faultsOfProblem, readForm, type Draft } from './form-draft.ts'

const changed = (texts: Draft['texts']): Draft => ({ ...emptyDraft([]), texts: { ...emptyDraft([]).texts, ...texts } })

test('a form that nobody touched is that of all defaults', () => {
  expect(readForm(emptyDraft([]))).toEqual({ form: LocalClusterForm.parse({}) })
})

test('the name is one that no cluster has', () => {
  expect(emptyDraft(['local-cluster', 'local-cluster-2']).texts.name).toBe('local-cluster-3')
})

test('what is typed is what is sent; what is emptied again is the default', () => {
  const texts = {
    name: ' own ',
    workers: '2',
    apiPort: '6443',
    quotaCpu: '4',
    nodeImage: 'kindest/node:v1',
    config: '',
  }
  expect(readForm({ ...changed(texts), download: true })).toEqual({
    form: LocalClusterForm.parse({
      name: 'own',
      workers: 2,
      apiPort: 6443,
      quotaCpu: '4',
      nodeImage: 'kindest/node:v1',
      download: true,
    }),
  })
})

test.each([
  [{ name: '' }, 'name', 'is needed'],
  [{ name: 'My Cluster' }, 'name', /lower-case/],
  [{ name: '1st' }, 'name', /lower-case/],
  [{ name: 'docker' }, 'name', /taken/],
  [{ name: 'new' }, 'name', /taken/],
  [{ workers: 'two' }, 'workers', /whole number/],
  [{ workers: '9' }, 'workers', /at most 8/],
  [{ apiPort: '-1' }, 'apiPort', /whole number/],
  [{ registryPort: '65536' }, 'registryPort', /0 to 65535/],
  [{ storePort: '99999999999999999999' }, 'storePort', /whole number/],
  [{ quotaMemory: '4 GB' }, 'quotaMemory', /quantity/],
  [{ config: 'kind.yaml' }, 'config', /absolute/],
  [{ deadlineMinutes: '0' }, 'deadlineMinutes', /./],
] as const)('%j is a fault of its field', (texts, key, fault) => {
  const { faults } = readForm(changed(texts))
  expect([...(faults ?? [])]).toEqual([[key, expect.stringMatching(fault)]])
})

test('what the core refuses stands at its field, and all else beside', () => {
  const refused = new Problem('invalid_request', 'x', {
    issues: [{ code: 'invalid_value', path: 'apiPort', message: 'is taken' }],
  })
  expect(faultsOfProblem(refused)).toEqual({ faults: new Map([['apiPort', 'is taken']]), rest: undefined })
  expect(faultsOfProblem(new Problem('cluster_preflight', 'no engine: start it'))).toEqual({
    faults: new Map(),
    rest: 'no engine: start it',
  })
})
