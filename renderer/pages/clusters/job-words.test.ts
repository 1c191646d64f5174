import { expect, test } from 'vitest'
import type { ClusterJobView } from '#core/contract/local-clusters.ts'
import { failureParts, percentOf, stepText } from './job-words.ts'

const step = (title: string, status: ClusterJobView['steps'][number]['status']) => ({
  id: title,
  title,
  status,
  startedAt: null,
  endedAt: null,
  progress: null,
  note: null,
})

test.each([
  [[step('Look', 'pending'), step('Make', 'pending')], '0 of 2 steps are done'],
  [[step('Look', 'succeeded'), step('Make', 'running')], 'Step 2 of 2: Make'],
  [[step('Look', 'succeeded'), step('Make', 'failed')], '1 of 2 steps are done'],
  [[step('Look', 'succeeded')], 'The last step is done'],
])('where a job is, is said by its step', (steps, text) => {
  expect(stepText({ steps })).toBe(text)
})

test.each([
  [0, 0],
  [0.007, 0],
  [0.426, 42],
  [0.999, 99],
  [1, 100],
  [1.2, 100],
  [-1, 0],
])('%d of a whole is %d %%: never the whole before its time', (progress, percent) => {
  expect(percentOf(progress)).toBe(percent)
})

test.each([
  [
    { message: 'kind ended with code 1: look at the log', cause: 'cgroup v1', fix: 'look at the log' },
    { what: 'kind ended with code 1', cause: 'cgroup v1', fix: 'look at the log' },
  ],
  [
    { message: 'kind ended: try again', cause: 'kind ended', fix: 'free some disk' },
    { what: 'kind ended: try again', cause: 'kind ended', fix: 'free some disk' },
  ],
  [
    { message: 'it ended', cause: 'it ended', fix: null },
    { what: 'it ended', cause: null, fix: null },
  ],
  [
    { message: 'try again', cause: null, fix: 'try again' },
    { what: 'try again', cause: null, fix: null },
  ],
])('a failure tells each thing once', (problem, parts) => {
  expect(failureParts({ code: 'kind_failed', ...problem })).toEqual(parts)
})
