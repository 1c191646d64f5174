import { expect, test } from 'vitest'
import { ClusterJobView } from '#core/contract/local-clusters.ts'
import { job as example } from '#core/contract/routes-clusters-examples.ts'
import { outcomeOf, readWatched } from './cluster-watch.ts'

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

test.each([undefined, '', '{', '"text"', '{"a":1}', 'null', '[1,"x"]'])(
  'what a browser keeps as %j is no job',
  (text) => {
    expect(readWatched(text)).toEqual([])
  },
)

test('what a browser keeps is read again', () => {
  expect(readWatched(JSON.stringify([example.id, '../x']))).toEqual([example.id])
})
