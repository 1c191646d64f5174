import { describe, expect, test } from 'vitest'
import {
  candidates,
  choiceOf,
  columnOf,
  columnsOf,
  defaultColumns,
  identifierOf,
  idOf,
  nextSort,
  orderOf,
} from './columns.ts'

describe('a column of the address', () => {
  test.each([
    ['metrics.loss', 'metrics.`loss`'],
    ['metrics.loss@min', 'metrics.`loss`@min'],
    ['metrics.val loss@mean', 'metrics.`val loss`@mean'],
    ['metrics.a.b@c', 'metrics.`a.b@c`'],
    ['params.lr', 'params.`lr`'],
    ['params.a`b', 'params."a`b"'],
    ['tags.mlflow.user', 'tags.`mlflow.user`'],
    ['attributes.start_time', 'attributes.start_time'],
  ])('%s is asked for as %s', (id, identifier) => {
    const column = columnOf(id)
    expect(column && identifierOf(column)).toBe(identifier)
    expect(column && idOf(column)).toBe(id)
  })

  test.each(['', 'loss', 'metrics.', 'attributes.nothing', 'attributes.constructor', 'models.x'])('is not %j', (id) => {
    expect(columnOf(id)).toBeUndefined()
  })

  test('stands in the table once', () => {
    expect(columnsOf(['params.a', 'nothing', 'params.a']).map(idOf)).toEqual(['params.a'])
  })
})

test('a click on a head sorts up, down, and no more; what the core cannot sort by asks for nothing', () => {
  const clicks: (string | undefined)[] = []
  let sort: string | undefined
  for (let click = 0; click < 3; click += 1) clicks.push((sort = nextSort(sort, 'metrics.loss@min')))
  expect(clicks.map(orderOf)).toEqual([['metrics.`loss`@min ASC'], ['metrics.`loss`@min DESC'], []])
  expect(nextSort('-params.a', 'params.b')).toBe('params.b')
  expect(orderOf('attributes.duration')).toEqual([])
  expect(orderOf('nonsense')).toEqual([])
})

test('the first columns are the parameters that differ, without what programs set by themselves', () => {
  const names = (...keys: string[]) => keys.map((key) => ({ key, runs: 3 }))
  const from = candidates({ metrics: names('loss', 'system/cpu'), params: names('lr', 'seed', 'same'), tags: [] })
  const rows = [
    { params: { lr: '1', seed: '1', same: 'x' } },
    { params: { lr: '2', seed: '9', same: 'x' } },
    { params: {} },
  ]
  expect(defaultColumns(from, rows, false).map(idOf)).toEqual([
    'attributes.status',
    'attributes.start_time',
    'attributes.duration',
    'metrics.loss',
    'params.lr',
    'params.seed',
  ])
  expect(defaultColumns(from, [], true).map(idOf)).toContain('params.same')
  expect(choiceOf(from)).toEqual({ metrics: ['loss'], params: ['lr', 'same', 'seed'], tags: [] })
})
