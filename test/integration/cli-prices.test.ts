import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCliSandbox, type CliSandbox } from '#test/support/cli-sandbox.ts'

let cli: CliSandbox
beforeEach(async () => {
  cli = await openCliSandbox()
})
afterEach(() => cli[Symbol.asyncDispose]())

const file = () => join(cli.home, 'prices.yaml')

test('the example is written once, shown as a table and as JSON, and a change of it counts at once', async () => {
  expect((await cli.minisub('prices')).stdout).toBe(
    `there is no ${file()}: minisub prices --init writes one to fill in\n`,
  )
  expect(await cli.minisub('prices', '--init')).toMatchObject({ code: 0, stdout: `${file()}\n`, stderr: '' })
  expect(statSync(file()).mode & 0o777).toBe(0o600)
  const table = (await cli.minisub('prices')).stdout
  expect(table).toMatch(/prices\.yaml, in EUR\n\n +default +process\n/)
  expect(table).toMatch(/^coreHour +0\.04 +0$/m)
  const again = await cli.minisub('prices', '--init', '--json')
  expect(again.code).toBe(2)
  expect(JSON.parse(again.stdout)).toMatchObject({ error: { code: 'conflict' } })
  writeFileSync(file(), readFileSync(file(), 'utf8').replace('EUR', 'USD').replace('2.5 #', '{ H100: 3, other: 1 } #'))
  const view: unknown = JSON.parse((await cli.minisub('prices', '--json')).stdout)
  expect(view).toMatchObject({ file: file(), prices: { currency: 'USD', default: { gpuHour: { H100: 3, other: 1 } } } })
  expect((await cli.minisub('prices')).stdout).toMatch(/^gpuHour +H100 3, other 1 +0$/m)
})

test('a broken file is a problem with its place, and hides money and nothing else', async () => {
  const hello = join(cli.folder, 'hello.yaml')
  const spec = 'spec: {steps: {a: {command: [sh, -c, "sleep 0.2"], resources: {cpu: 1, memory: 64Mi}}}}'
  writeFileSync(hello, `apiVersion: mini-submarine/v1\nkind: Pipeline\nmetadata: {name: p}\n${spec}\n`)
  const ran = await cli.minisub('run', hello, '--json')
  const { id } = JSON.parse(ran.stdout) as { id: string }
  expect((await cli.minisub('usage', id)).stdout).toContain('no price file: minisub prices --init writes one')
  writeFileSync(file(), 'currency: EUR\ndefault: { coreHour: 3600, wattsPerCore: 1, pue: 2 }\n')
  const { stdout } = await cli.minisub('usage', id)
  expect(stdout).toMatch(/^0\.\d{4} EUR, (?:under )?0\.\d\d Wh: by prices\.yaml/m)
  expect(stdout).toMatch(/PEAK +COST +ENERGY$/m)
  expect(await cli.client().showRunUsage({ run: id })).toMatchObject({
    cost: { amount: expect.closeTo(0.2, 0) as unknown, currency: 'EUR' },
    steps: [{ cost: { currency: 'EUR' }, energyWh: expect.any(Number) as unknown }],
  })
  writeFileSync(file(), 'currency: EUR\ndefault:\n  coreHuor: 1\n')
  const broken = await cli.minisub('prices')
  expect([broken.code, broken.stdout]).toEqual([2, ''])
  expect(broken.stderr).toContain(`${file()}:3:3: default.coreHuor: unknown key "coreHuor": did you mean "coreHour"?`)
  const usage = await cli.minisub('usage', id)
  expect(usage.code).toBe(0)
  expect(usage.stdout).toContain('the prices are not valid')
})
