import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe } from 'vitest'

/** What a suite may need beside Node and Python, as MINISUB_TEST_REQUIRE names it. */
export type Requirement = 'browser'

/** Where browsers of this kind lie when they are not on PATH. */
const ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** The Chromium of this machine: MINISUB_CHROMIUM, else what is on PATH; undefined where there is none. */
export function findChromium(): string | undefined {
  const named = process.env['MINISUB_CHROMIUM']
  if (named !== undefined && named !== '') return named
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
    try {
      return execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' }).trim()
    } catch {
      // The next name, then: `command -v` ends with 1 for what is not there.
    }
  }
  return ELSEWHERE.find((file) => existsSync(file))
}

/**
 * `describe` for suites that need a browser: skipped, with the reason in their name, where there is none; with
 * `MINISUB_TEST_REQUIRE=browser` they then fail.
 */
export function describeInBrowser(name: string, suite: () => void): void {
  if (findChromium() !== undefined || isRequired('browser')) describe(name, suite)
  else describe.skip(`${name} (skipped: no Chromium on PATH, install one or set MINISUB_CHROMIUM)`, suite)
}

function isRequired(requirement: Requirement): boolean {
  return (process.env['MINISUB_TEST_REQUIRE'] ?? '').split(',').includes(requirement)
}
