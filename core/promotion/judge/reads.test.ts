import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { expect, test } from 'vitest'
import { LimitRange } from '#core/cluster-facts/index.ts'
import { openReads } from './reads.ts'
import { executorOf } from './read-argo.ts'

const signal = new AbortController().signal

test.each<[string, () => unknown]>([
  ['an object of another shape', () => LimitRange.parse({ metadata: {}, spec: 3 })],
  ['broken YAML', () => parse('a: [')],
  ['broken YAML of Argo', () => executorOf({ config: 'executor: {' }, undefined)],
  ['broken JSON', () => JSON.parse('{') as unknown],
])('%s is told of this one read alone', async (_, work) => {
  const read = openReads({ signal })
  const { problem } = await read('limit ranges', () => Promise.resolve().then(work))
  expect(problem).toMatchObject({ code: 'invalid_value', message: expect.stringContaining('cannot be read') as string })
})

test('what is a bug is thrown', async () => {
  const bug = new TypeError('a bug')
  await expect(openReads({ signal })('nodes', () => Promise.reject(bug))).rejects.toBe(bug)
})

test('a read that waited for another one gets what is left', async () => {
  const read = openReads({ signal, deadlineMs: 400 })
  const late = (): Promise<void> => sleep(2_000)
  expect((await read('nodes', late)).problem?.message).toMatch(/^reading nodes took longer than 0\.4 s/)
  expect((await read('pods', late)).problem?.message).toMatch(/^no time was left for reading pods/)
})

test('what is null is empty', () => {
  const range = LimitRange.parse({ metadata: { name: 'l' }, spec: { limits: null } })
  expect(range.spec.limits).toEqual([])
  const limit = LimitRange.parse({ metadata: { name: 'l' }, spec: { limits: [{ type: 'Pod', max: null }] } })
  expect(limit.spec.limits).toMatchObject([{ type: 'Pod', max: {} }])
})
