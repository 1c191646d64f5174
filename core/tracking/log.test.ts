import { expect, test } from 'vitest'
import { asObject, trackingForTest } from './tracking-fixture.ts'
import type { Batch, Tracking } from './index.ts'

async function open(): Promise<Tracking & { readonly id: string }> {
  const { tracking } = trackingForTest()
  const { info } = await tracking.writes.createRun({ experimentId: '0', name: 'r' })
  return { ...tracking, id: info.id }
}
const metric = (value: number, step = 0) => ({ key: 'loss', value, timestamp: 1, step })

test('a batch adds metrics, parameters and tags; of a tag that comes twice the later stays', async () => {
  const { reads, writes, id } = await open()
  await writes.log(id, {
    metrics: [metric(2), metric(1, 5)],
    params: [
      { key: 'lr', value: '0.1' },
      { key: 'empty', value: '' },
    ],
    tags: [
      { key: 'a', value: '1' },
      { key: 'a', value: '2' },
    ],
  })
  const run = reads.run(id)
  expect(run.metrics).toEqual([metric(1, 5)])
  expect(asObject(run.params)).toEqual({ lr: '0.1', empty: '' })
  expect(asObject(run.tags)).toEqual({ 'mlflow.runName': 'r', a: '2' })
})

test('a parameter keeps its value: the same again is fine, another is refused', async () => {
  const { reads, writes, id } = await open()
  const lr = { key: 'lr', value: '0.1' }
  await writes.log(id, { params: [lr, lr] })
  await writes.log(id, { params: [lr] })
  await writes.log(id, { params: [{ key: 'cut', value: 'x'.repeat(6001) }] })
  await writes.log(id, { params: [{ key: 'cut', value: 'x'.repeat(7000) }] })
  await expect(writes.log(id, { params: [{ key: 'lr', value: '0.2' }] })).rejects.toMatchObject({
    code: 'tracking_invalid',
    message: expect.stringMatching(/^Changing param values is not allowed\..*'lr'.*'0\.1'.*'0\.2'/),
  })
  await expect(
    writes.log(id, {
      params: [
        { key: 'n', value: '1' },
        { key: 'n', value: '2' },
      ],
    }),
  ).rejects.toMatchObject({ message: expect.stringContaining('Duplicate parameter keys have been submitted') })
  expect(asObject(reads.run(id).params)).toEqual({ lr: '0.1', cut: 'x'.repeat(6000) })
})

const broken: readonly (readonly [string, Batch])[] = [
  [
    'another value of a parameter',
    {
      params: [
        { key: 'new', value: '1' },
        { key: 'set', value: '2' },
      ],
    },
  ],
  ['a bad key of a metric', { metrics: [{ ...metric(2), key: 'a//b' }] }],
  [
    'a bad key of a tag',
    {
      tags: [
        { key: 'good', value: '' },
        { key: '..', value: '' },
      ],
    },
  ],
  ['a bad step', { metrics: [metric(3), metric(4, 0.5)] }],
  ['too many parameters', { params: Array.from({ length: 101 }, (_, n) => ({ key: `p${n}`, value: '' })) }],
]
test.each(broken)('a batch with %s changes nothing, and its neighbours of the same turn are kept', async (_, batch) => {
  const { reads, writes, id } = await open()
  await writes.log(id, { metrics: [metric(1)], params: [{ key: 'set', value: '1' }] })
  const before = reads.run(id)
  const whole: Batch = {
    metrics: [metric(9, 9)],
    params: [{ key: 'other', value: '' }],
    tags: [{ key: 'other', value: '' }],
    ...batch,
  }
  const [failed, kept] = await Promise.allSettled([
    writes.log(id, whole),
    writes.log(id, { tags: [{ key: 'kept', value: '' }] }),
  ])

  expect(failed).toMatchObject({ status: 'rejected', reason: { code: 'tracking_invalid' } })
  expect(kept.status).toBe('fulfilled')
  expect(reads.run(id)).toEqual({ ...before, tags: [...before.tags, { key: 'kept', value: '' }] })
})

test('a tag is deleted once', async () => {
  const { reads, writes, id } = await open()
  await writes.log(id, { tags: [{ key: 'a', value: '1' }] })
  await writes.deleteRunTag(id, 'a')
  expect(asObject(reads.run(id).tags)).toEqual({ 'mlflow.runName': 'r' })
  await expect(writes.deleteRunTag(id, 'a')).rejects.toMatchObject({
    code: 'not_found',
    message: `No tag with name: a in run with id ${id}`,
  })
})

const dataset = { name: 'iris', digest: 'd1', sourceType: 'local', source: '{"uri":"x"}' }
const context = (value: string) => [{ key: 'mlflow.data.context', value }]

test('datasets are inputs once a run, are shared by runs, and are summed up with their context', async () => {
  const { reads, writes, id } = await open()
  const other = (await writes.createRun({ experimentId: '0' })).info.id
  const full = { ...dataset, digest: 'd2', schema: '{}', profile: '{"rows":1}' }
  const inputs = [
    { dataset, tags: context('train') },
    { dataset: full, tags: [] },
  ]
  await writes.logInputs(id, { datasets: inputs })
  await writes.logInputs(id, { datasets: [{ dataset: { ...dataset, source: 'changed' }, tags: context('eval') }] })
  await writes.logInputs(other, { datasets: [{ dataset, tags: context('eval') }] })

  expect(reads.run(id).datasets).toEqual(inputs)
  expect(reads.run(other).datasets).toEqual([{ dataset, tags: context('eval') }])
  const summary = { experimentId: '0', name: 'iris' }
  expect(reads.datasets(['0', '99'])).toEqual(
    expect.arrayContaining([
      { ...summary, digest: 'd1', context: 'train' },
      { ...summary, digest: 'd1', context: 'eval' },
      { ...summary, digest: 'd2' },
    ]),
  )
  expect(reads.datasets(['0'])).toHaveLength(3)
  expect(reads.datasets([])).toEqual([])
})

test('models are inputs and outputs of a run, outputs with their step', async () => {
  const { reads, writes, id } = await open()
  await writes.logInputs(id, { models: ['m-1', 'm-2', 'm-1'] })
  await writes.logOutputs(id, [{ modelId: 'm-3', step: 1 }])
  await writes.logOutputs(id, [{ modelId: 'm-3', step: 7 }])
  expect(reads.run(id)).toMatchObject({ modelInputs: ['m-1', 'm-2'], modelOutputs: [{ modelId: 'm-3', step: 7 }] })
  await expect(writes.logOutputs(id, [{ modelId: 'm-4', step: 2 ** 53 }])).rejects.toMatchObject({
    code: 'tracking_invalid',
  })
})

test('a tag that is too long is cut off, a key is refused', async () => {
  const { reads, writes, id } = await open()
  await writes.log(id, { tags: [{ key: 'a', value: 'x'.repeat(8001) }] })
  expect(asObject(reads.run(id).tags)['a']).toHaveLength(8000)
  await expect(writes.log(id, { tags: [{ key: 'x'.repeat(251), value: '' }] })).rejects.toMatchObject({
    message: "'tags[0].key' exceeds the maximum length of 250 characters",
  })
})
