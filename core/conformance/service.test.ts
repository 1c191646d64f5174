import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { privateEngines } from '#core/conformance-engine.ts'
import { removeTree } from '#core/files/index.ts'
import { openSettings } from '#core/settings/index.ts'
import { problemOf, processesOf, until } from '#test/support/engine.ts'
import { openConformance, type Conformance, type OpenConformanceEngine } from './index.ts'

let home: string
let open: OpenConformanceEngine
let suite: Conformance
const errors: unknown[] = []

const opened = (version = '1'): Conformance =>
  openConformance({ home, version, open, onError: (error) => void errors.push(error) })
const names = (): string[] => (existsSync(join(home, 'conformance')) ? readdirSync(join(home, 'conformance')) : [])

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'minisub-conformance-'))
  open = privateEngines({ settings: openSettings(home), onError: (error) => void errors.push(error) })
  suite = opened()
})
afterEach(async () => {
  await suite[Symbol.asyncDispose]()
  await removeTree(home)
  expect(errors.splice(0)).toEqual([])
})

describe('the suite', () => {
  test('plays the cases that were asked for, tells each, and keeps the report', async () => {
    const lines: string[] = []
    const report = await suite.run(
      { target: 'process', only: ['plain', 'fan-out-*1', 'conditions'] },
      { onLine: (line) => void lines.push(line) },
    )
    expect(report).toMatchObject({ target: 'process', version: '1', passed: 7, failed: 0, skipped: 0 })
    expect(report.cases.map(({ name }) => name)).toEqual([
      'plain',
      'condition-true',
      'condition-false',
      'default-on-skip',
      'default-below-failure',
      'expression-fails',
      'fan-out-1',
    ])
    expect(lines.toSorted()[0]).toMatch(/^passed condition-false \(\d+\.\d s\)$/)
    expect(names()).toEqual(['process.json'])
    expect(suite.show()).toMatchObject({ reports: [report], running: [] })
    expect(opened().show().reports).toEqual([report])
  })

  test('lays the report of some cases over that of the same version, and never over another', async () => {
    await suite.run({ target: 'process', only: ['plain'] }, {})
    await suite.run({ target: 'process', only: ['condition-true'] }, {})
    const shown = (it: Conformance) => it.show().reports.map(({ cases }) => cases.map(({ name }) => name))
    expect(shown(suite)).toEqual([['plain', 'condition-true']])
    await suite[Symbol.asyncDispose]()
    suite = opened('2')
    await suite.run({ target: 'process', only: ['diamond'] }, {})
    expect(shown(suite)).toEqual([['diamond']])
  })

  test('fails a case whose steps have other keys than it had on another target', async () => {
    const { cases } = await suite.run({ target: 'process', only: ['plain'] }, {})
    const [plain] = cases
    const other = { target: 'docker', version: '1', startedAt: plain?.finishedAt, finishedAt: plain?.finishedAt }
    const report = { ...other, passed: 1, failed: 0, skipped: 0, cases: [{ ...plain, keys: 'other' }] }
    writeFileSync(join(home, 'conformance', 'docker.json'), JSON.stringify(report))
    expect(await suite.run({ target: 'process', only: ['plain'] }, {})).toMatchObject({
      failed: 1,
      cases: [{ status: 'failed', reason: expect.stringContaining('that it had on docker') }],
    })
  })

  test('refuses a case, a target and a second comparison in words', async () => {
    const stars = { target: 'process', only: [`${'*'.repeat(60)}!`] }
    expect(await problemOf(suite.run(stars, {}))).toMatchObject({ code: 'not_found' })
    expect(await problemOf(suite.run({ target: 'process', only: ['plian'] }, {}))).toEqual({
      code: 'not_found',
      message: 'no case and no group is called "plian": did you mean "plain"?',
    })
    expect(await problemOf(suite.run({ target: 'proces' }, {}))).toMatchObject({ code: 'not_supported' })
    const first = suite.run({ target: 'process', only: ['plain'] }, {})
    expect(await problemOf(suite.run({ target: 'process', only: ['plain'] }, {}))).toMatchObject({ code: 'conflict' })
    await first
  })

  test('that is given up leaves no process and no folder, and keeps no report', async () => {
    const giveUp = new AbortController()
    const work = suite.run({ target: 'process', only: ['log-silence', 'plain'] }, { signal: giveUp.signal })
    work.catch(() => undefined)
    await until('one case is done', () => suite.show().running[0]?.done.length === 1)
    const sleepers = sleepersBelow(home)
    expect(sleepers.length).toBeGreaterThan(0)
    giveUp.abort()
    await expect(work).rejects.toMatchObject({ name: 'AbortError' })
    expect(sleepersBelow(home)).toEqual([])
    expect(names()).toEqual([])
    expect(suite.show()).toMatchObject({ running: [], reports: [] })
  })

  test('ends and removes what a core left that was killed', async () => {
    const work = join(home, 'conformance', 'work-killed')
    const file = join(work, 'cases', 'long', 'pipeline.yaml')
    for (const folder of [join(work, 'home'), join(work, 'cases', 'long')]) mkdirSync(folder, { recursive: true })
    const steps = { long: { command: ['sleep', '300'] }, next: { command: ['true'], needs: ['long'] } }
    const head = { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name: 'long' } }
    writeFileSync(file, JSON.stringify({ ...head, spec: { steps } }))
    const engine = await open(join(work, 'home'))
    const { id } = await engine.service.start({ file }, {})
    await until('it runs', () => processesOf(id).length > 0)
    // As a core that is killed: what runs goes on.
    await engine[Symbol.asyncDispose]()
    expect(processesOf(id).length).toBeGreaterThan(0)
    await using next = opened()
    await until('nothing is left', () => processesOf(id).length === 0 && names().length === 0)
    expect(next.show().running).toEqual([])
  })
})

test('a file that is no report is passed over', () => {
  mkdirSync(join(home, 'conformance'))
  writeFileSync(join(home, 'conformance', 'docker.json'), '{"target":')
  writeFileSync(join(home, 'conformance', 'process.json'), '{"target":"process"}')
  expect(suite.show().reports).toEqual([])
  expect(readFileSync(join(home, 'conformance', 'docker.json'), 'utf8')).toBe('{"target":')
})

/** Processes of the suite in this data folder: their HOME or outputs lie below it. */
function sleepersBelow(folder: string): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      return readFileSync(`/proc/${name}/environ`, 'latin1').includes(`MINISUB_OUTPUTS=${folder}`)
    } catch {
      return false
    }
  })
}
