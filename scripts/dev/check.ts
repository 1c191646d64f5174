// Types, lint, format and dead code, one after another; all of them run, so that one report shows everything.
import { spawnSync } from 'node:child_process'

const CHECKS: readonly (readonly string[])[] = [
  ['tsc', '-p', 'tsconfig.json'],
  ['tsc', '-p', 'tsconfig.core.json'],
  ['tsc', '-p', 'tsconfig.browser.json'],
  ['tsc', '-p', 'tsconfig.renderer.json'],
  ['tsc', '-p', 'tsconfig.pages.json'],
  ['oxlint', '--type-aware', '--deny-warnings'],
  ['oxfmt', '--check'],
  ['knip'],
  ['vitest', 'run', 'test/layers.test.ts', 'test/docs.test.ts', '--reporter=dot'],
]

let failed = 0
for (const [program = '', ...args] of CHECKS) {
  const began = performance.now()
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${[program, ...args].join(' ')} (${seconds} s)`)
  if (status === 0) continue
  failed += 1
  console.log(stdout, stderr)
}
process.exitCode = failed === 0 ? 0 : 1
