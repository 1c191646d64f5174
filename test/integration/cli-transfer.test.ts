import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCliSandbox, type CliSandbox } from '#test/support/cli-sandbox.ts'

const LOGS = join(import.meta.dirname, '..', 'fixtures', 'tensorboard')

let cli: CliSandbox
beforeEach(async () => {
  cli = await openCliSandbox()
  cpSync(LOGS, join(cli.folder, 'logs'), { recursive: true })
})
afterEach(async () => {
  await cli[Symbol.asyncDispose]()
})

test('import says what would come, what came, and what was here; a relative path is that of the shell', async () => {
  const planned = await cli.minisub('tracking', 'import', 'logs', '--dry-run')
  expect([planned.code, planned.stdout]).toEqual([
    0,
    [
      'EXPERIMENT  ID   RUNS\n',
      'logs        new  3\n',
      'not taken: 1 of histograms in v1: they are not taken in\n',
      'would take in 3 runs, 12 points, 2 files (95 B), 0 registered models, 0 versions\n',
    ].join(''),
  ])
  expect(planned.stderr).toContain(`reading ${join(cli.folder, 'logs')} (tensorboard)\n`)
  const taken = await cli.minisub('tracking', 'import', 'logs', '--experiment', 'digits', '--json')
  expect(JSON.parse(taken.stdout)).toMatchObject({ experiments: [{ name: 'digits', id: '1', runs: 3 }], points: 12 })
  const again = await cli.minisub('tracking', 'import', 'logs', '--experiment', 'digits')
  expect(again.stdout).toContain(
    'took in 0 runs, 0 points, 0 files (0 B), 0 registered models, 0 versions; 3 runs were here',
  )
})

test('export writes the tables of an experiment by its name, into a new folder', async () => {
  await cli.minisub('tracking', 'import', 'logs')
  const wish = ['--format', 'csv', '--experiment', 'logs', '--filter', "attributes.run_name = 'v2'"]
  const exported = await cli.minisub('tracking', 'export', 'out', ...wish, '--artifacts')
  expect([exported.code, exported.stdout]).toEqual([0, expect.stringMatching(/^FILE +ROWS +SIZE\nruns.csv +1 /)])
  expect(readFileSync(join(cli.folder, 'out/metrics.csv'), 'utf8').trim().split('\r\n')).toHaveLength(6)
  const refused = await cli.minisub('tracking', 'export', 'out')
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('is not empty')])
  expect(readdirSync(join(cli.folder)).toSorted()).toEqual(['logs', 'out'])
  expect((await cli.minisub('tracking', 'export', 'none', '--experiment', 'nobody')).code).toBe(2)
  expect(existsSync(join(cli.folder, 'none'))).toBe(false)
})

test('disk tells sizes, and purge deletes what is in the trash once it is told to', async () => {
  await cli.minisub('tracking', 'import', 'logs')
  const { experiments } = JSON.parse((await cli.minisub('tracking', 'disk', '--json')).stdout)
  expect(experiments).toContainEqual(expect.objectContaining({ name: 'logs', runs: 3, bytes: 95 }))
  expect((await cli.minisub('tracking', 'purge')).stdout).toBe('nothing in the trash is to be deleted\n')
  await cli.client().deleteExperiment({ experiment: 'logs' })
  expect((await cli.minisub('tracking', 'disk')).stdout).toContain('in the trash: 1 experiment, 3 runs')
  expect((await cli.minisub('tracking', 'purge', '--older-than', 'soon')).code).toBe(2)
  expect((await cli.minisub('tracking', 'purge', '--older-than', '1d', '--yes')).stdout).toContain(
    'nothing in the trash',
  )
  const asked = await cli.minisub('tracking', 'purge')
  expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('--yes')])
  const planned = await cli.minisub('tracking', 'purge', '--dry-run')
  expect(planned.stdout).toBe('would delete 1 experiment, 3 runs, 0 logged models (95 B of files)\n')
  const done = await cli.minisub('tracking', 'purge', '--yes', '--json')
  expect(JSON.parse(done.stdout)).toMatchObject({ experiments: 1, runs: 3, bytes: 95 })
  expect((await cli.minisub('tracking', 'import', 'logs', '--json')).stdout).toContain('"runs": 3')
})

test.each([
  [['import', 'nowhere'], 'there is nothing at'],
  [['import', 'logs', '--kind', 'wandb'], 'mlflow-db'],
  [['import', 'logs', '--artifacts', 'x'], 'leave it out'],
  [['export', 'out', '--format', 'xlsx'], 'parquet'],
  [['export', 'out', '--filter', 'metrics.'], 'metrics'],
])('tracking %j is refused in words', async (args, words) => {
  const { code, stdout, stderr } = await cli.minisub('tracking', ...args)
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(words)])
})
