import { expect, test } from 'vitest'
import { ClusterJobView } from '#core/contract/local-clusters.ts'
import { job as example } from '#core/contract/routes-clusters-examples.ts'
import { outcomeOf } from './cluster-watch.ts'

const problem = { code: 'kind_failed', message: 'kind ended: look', cause: 'no space is left', fix: 'look' }

test.each([
  [{ status: 'running' }, undefined],
  [{ status: 'succeeded' }, { kind: 'ready', target: 'local-cluster' }],
  [{ status: 'cancelled' }, { kind: 'silent' }],
  [
    { status: 'failed', problem },
    { kind: 'failed', message: 'no space is left' },
  ],
  [
    { status: 'failed', problem: { ...problem, cause: null } },
    { kind: 'failed', message: 'kind ended: look' },
  ],
])('a create that is %j comes to %j', (change, outcome) => {
  expect(outcomeOf(ClusterJobView.parse({ ...example, ...change }))).toEqual(outcome)
})
