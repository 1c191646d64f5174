import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConformanceReport, ConformanceView } from '#core/contract/conformance.ts'
import { openCliSandbox, until, type CliSandbox } from '#test/support/cli-sandbox.ts'

describe('minisub conformance', () => {
  let cli: CliSandbox
  beforeAll(async () => {
    cli = await openCliSandbox()
  })
  afterAll(() => cli[Symbol.asyncDispose]())

  test('tells each case as it ends, and then a table', async () => {
    const { code, stdout, stderr } = await cli.minisub('conformance', '--only', 'edges', '--only', 'cache-hit')
    expect(code).toBe(0)
    expect(stderr.trimEnd().split('\n')).toHaveLength(7)
    expect(stderr).toMatch(/^passed diamond \(\d+\.\d s\)$/m)
    expect(stdout).toBe(
      [
        'GROUP  PASSED  FAILED  SKIPPED',
        'edges  6       0       0',
        'cache  1       0       0',
        'process: 7 cases passed, 0 failed, 0 skipped',
        '',
      ].join('\n'),
    )
  })

  test('--json prints the report alone', async () => {
    const { code, stdout } = await cli.minisub('conformance', '--target', 'process', '--only', 'pl*n', '--json')
    expect(code).toBe(0)
    const report: ConformanceReport = JSON.parse(stdout)
    expect(report).toMatchObject({ target: 'process', passed: 1, cases: [{ name: 'plain', status: 'passed' }] })
  })

  test('--list has every case, and how it ended', async () => {
    const { code, stdout } = await cli.minisub('conformance', '--list')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^CASE +GROUP +PROCESS +HOLDS WHEN IT PASSES\nplain +edges +passed +One step runs and /)
    expect(stdout).toMatch(/^log-silence +logs +- +A step that says nothing /m)
    const view: ConformanceView = JSON.parse((await cli.minisub('conformance', '--list', '--json')).stdout)
    expect(view.cases.length).toBeGreaterThanOrEqual(45)
    expect(view.reports).toMatchObject([{ target: 'process', passed: 7 }])
  })

  test('a case, a target and an option that there are not exit with 2 and a sentence', async () => {
    expect(await cli.minisub('conformance', '--only', 'diamant')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no case and no group is called "diamant"'),
    })
    expect(await cli.minisub('conformance', '--target', 'moon')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no target "moon"'),
    })
    expect((await cli.minisub('conformance', '--all')).code).toBe(2)
  })

  test('Ctrl-C gives it up, and nothing of it is left', async () => {
    const started = cli.start('conformance', '--only', 'log-silence', '--only', 'plain')
    await until('a case has passed', () => started.stderr().includes('passed plain'))
    started.child.kill('SIGINT')
    expect(await started.finished).toMatchObject({ code: 130, stderr: expect.stringMatching(/cancelled\n$/) })
    const folder = join(cli.home, 'conformance')
    expect(existsSync(folder) ? readdirSync(folder) : []).toEqual(['process.json'])
  })
})
