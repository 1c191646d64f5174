// `npm test`: the checks, then every test; the last line counts them. Arguments go to vitest: `npm test -- core/base`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

type Report = {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  success: boolean
  testResults: { assertionResults: { status: string; title: string; ancestorTitles: string[] }[] }[]
}

/** Why tests were skipped, as the names of their suites say. */
function reasonsOf(report: Report): Set<string> {
  const skipped = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== 'passed' && status !== 'failed')
  const names = skipped.flatMap(({ title, ancestorTitles }) => [...ancestorTitles, title])
  return new Set(names.flatMap((name) => /\((skipped.*)\)$/.exec(name)?.[1] ?? []))
}

const filters = process.argv.slice(2)
// The page that the browser tests see and the runner that containers start with are those of today's sources.
const builds = [
  ['vite', 'build', '--logLevel', 'warn'],
  ['node', 'scripts/build/runner.ts', '--bundle'],
] as const
const unbuilt = builds.filter(([program, ...args]) => spawnSync(program, args, { stdio: 'inherit' }).status !== 0)
const check = filters.length > 0 ? 0 : spawnSync('node', ['scripts/dev/check.ts'], { stdio: 'inherit' }).status
const folder = mkdtempSync(join(tmpdir(), 'minisub-test-'))
const file = join(folder, 'report.json')
try {
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...filters]
  const { status } = spawnSync('vitest', args, { stdio: 'inherit' })
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report
  const checks = (check === 0 ? 0 : 1) + unbuilt.length
  // A failure outside of any test (a suite that cannot load, a failed check) counts as one.
  const outside = status !== 0 && report.numFailedTests === 0 ? 1 : 0
  const failed = report.numFailedTests + checks + outside
  for (const reason of reasonsOf(report)) console.log(reason)
  console.log(
    `${report.numPassedTests} passed, ${failed} failed, ${report.numPendingTests + report.numTodoTests} skipped`,
  )
  process.exitCode = failed === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
