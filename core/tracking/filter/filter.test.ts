import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compileFilter, runGrammar } from './index.ts'
import { openSampleStore, runIds, setRuns } from './sample-store.ts'

let store: ReturnType<typeof openSampleStore>
beforeAll(() => {
  store = openSampleStore()
  setRuns(store.db, [
    {
      id: 'a1',
      name: 'Brave-Fox-1',
      status: 2,
      user: 'ann',
      start: 1000,
      end: 2000,
      params: { lr: '0.1', 'my key': 'x', path: 'C:\\data\\', quote: "it's" },
      tags: { 'mlflow.source.name': 'train.py', team: 'Red' },
      metrics: { loss: [9, 1, 2], acc: [0.5] },
      datasets: [
        { name: 'mnist', digest: 'd1', context: 'train' },
        { name: 'iris', digest: 'd2', context: 'eval' },
      ],
    },
    {
      id: 'b2',
      name: 'calm_ox',
      status: 0,
      start: 3000,
      params: { lr: '0.01' },
      tags: { team: 'red' },
      metrics: { loss: [Number.NaN] },
    },
    {
      id: 'c3',
      name: '100%',
      status: 3,
      start: 2000,
      end: 2500,
      params: { lr: '' },
      metrics: { loss: [4, Infinity], acc: [-1] },
    },
    { id: 'd4', name: 'fox*', status: 4, start: 500, end: 600 },
  ])
})
afterAll(() => store[Symbol.dispose]())

const find = (filter: string): string => runIds(store.db, compileFilter(filter, runGrammar)).join(' ')

describe('a filter of runs finds', () => {
  const cases: readonly [string, string][] = [
    ['', 'a1 b2 c3 d4'],
    [' \n\t ', 'a1 b2 c3 d4'],
    // metrics: NaN is unequal to everything, and fulfils nothing else; a run without the metric fulfils nothing
    ['metrics.loss < 3', 'a1'],
    ['metrics.loss<=2', 'a1'],
    ['metrics.loss > 1e308', 'c3'],
    ['metrics.loss = 1e999', 'c3'],
    ['metrics.loss = 0', ''],
    ['metrics.loss != 2', 'b2 c3'],
    ['metrics.loss > -5', 'a1 c3'],
    ['metrics.acc = -1.0', 'c3'],
    ['metrics.acc = .5', 'a1'],
    ['metric.acc >= +5e-1', 'a1'],
    ['metrics.none > 0', ''],
    ['metrics.loss BETWEEN 1 AND 2', 'a1'],
    ['metrics.loss not between 1 and 2', 'c3'],
    ['metrics.loss IS NULL', 'd4'],
    ['metrics.loss IS NOT NULL', 'a1 b2 c3'],
    ['metrics.loss IS NAN', 'b2'],
    ['metrics.loss is not nan', 'a1 c3'],
    ['metrics.loss IN (2, 7)', 'a1'],
    ['metrics.loss NOT IN (2, 7)', 'b2 c3'],
    // of the whole series, by its finite values
    ['metrics.loss@min < 2', 'a1'],
    ['metrics.loss@max > 8', 'a1'],
    ['metrics.loss@max = 4', 'c3'],
    ['metrics.loss@mean = 4', 'a1 c3'],
    ['metrics.loss@last = 2', 'a1'],
    ['metrics.`loss`@min = 4', 'c3'],
    ['metrics.loss@min IS NULL', 'b2 d4'],
    // parameters and tags
    ["params.lr = '0.1'", 'a1'],
    ['params.lr = "0.1"', 'a1'],
    ["parameter.lr != '0.1'", 'b2 c3'],
    ["params.lr = ''", 'c3'],
    ["params.lr LIKE '0.%'", 'a1 b2'],
    ["params.`my key` = 'x'", 'a1'],
    ['params."my key" = \'x\'', 'a1'],
    ["`params`.`my key` = 'x'", 'a1'],
    ["params.'my key' = 'x'", 'a1'],
    ["params.path = 'C:\\data\\'", 'a1'],
    ["params.quote = 'it''s'", 'a1'],
    ['params.quote = "it\'s"', 'a1'],
    ["params.lr IN ('0.1', '0.01')", 'a1 b2'],
    ["params.lr IN ('0.1',)", 'a1'],
    ["params.lr NOT IN ('0.1')", 'b2 c3'],
    ['params.lr IS NULL', 'd4'],
    ["tags.mlflow.source.name = 'train.py'", 'a1'],
    ["tag.`mlflow.source.name` = 'train.py'", 'a1'],
    ["tags.team != 'Red'", 'b2'],
    ["NOT tags.team = 'Red'", 'b2 c3 d4'],
    ["tags.team LIKE 'r%'", 'b2'],
    ["tags.team ILIKE 'R_D'", 'a1 b2'],
    ["tags.team NOT LIKE 'r%'", 'a1'],
    ["tags.team NOT ILIKE 'r%'", ''],
    // attributes
    ["attributes.run_id = 'a1'", 'a1'],
    ["attributes.run_id IN ('a1','d4','zz')", 'a1 d4'],
    ["run_id NOT IN ('a1','d4')", 'b2 c3'],
    ["attr.run_name LIKE '%Fox%'", 'a1'],
    ["run.run_name ILIKE '%FOX%'", 'a1 d4'],
    ["`run name` = 'calm_ox'", 'b2'],
    ["attributes.`Run name` = 'calm_ox'", 'b2'],
    ["run_name LIKE 'fox*'", 'd4'],
    ["run_name LIKE '%*%'", 'd4'],
    ["status = 'FINISHED'", 'a1'],
    ["status != 'FINISHED'", 'b2 c3 d4'],
    ["status IN ('FAILED', 'KILLED')", 'c3 d4'],
    ["status LIKE '%ING'", 'b2'],
    ['start_time > 1000', 'b2 c3'],
    ['Created <= 1000', 'a1 d4'],
    ['end_time > 0', 'a1 c3 d4'],
    ['end_time != 600', 'a1 c3'],
    ['NOT end_time > 600', 'b2 d4'],
    ['end_time IS NULL', 'b2'],
    ['user_id IS NULL', 'b2 c3 d4'],
    ["artifact_uri LIKE 'mlflow-artifacts:/0/a1%'", 'a1'],
    // datasets: one of them fulfils it
    ["datasets.name = 'iris'", 'a1'],
    ["dataset.name != 'iris'", 'a1'],
    ["datasets.context = 'eval'", 'a1'],
    ["datasets.digest IN ('d2')", 'a1'],
    ["datasets.context = 'test'", ''],
    ["datasets.name = 'iris' AND datasets.name = 'mnist'", 'a1'],
    // joined
    ["metrics.loss > 0 AND params.lr = '0.1'", 'a1'],
    ["metrics.acc = 0.5 or status = 'KILLED'", 'a1 d4'],
    ["status = 'KILLED' OR metrics.acc = 0.5 AND params.lr = ''", 'd4'],
    ["(status = 'KILLED' OR metrics.acc = 0.5) AND start_time > 600", 'a1'],
    ["NOT (status = 'KILLED' OR metrics.acc = 0.5)", 'b2 c3'],
    ['not not end_time is null', 'b2'],
    ['((((metrics.loss<3))))', 'a1'],
  ]
  test.each(cases)('%s -> %s', (filter, ids) => {
    expect(find(filter)).toBe(ids)
  })
})
