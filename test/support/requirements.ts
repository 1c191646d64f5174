import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

/** What a suite may need beside Node and Python, as MINISUB_TEST_REQUIRE names it. */
export type Requirement = 'browser' | 'docker' | 'keychain'

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

/**
 * `describe` for suites that need a container engine, found as the product finds it: skipped, with the reason in their
 * name, where none answers; with `MINISUB_TEST_REQUIRE=docker` they then fail.
 */
export function describeWithDocker(name: string, suite: () => void): void {
  const fault = dockerFault()
  if (fault === undefined) describe(name, suite)
  else if (!isRequired('docker')) describe.skip(`${name} (skipped: ${fault})`, suite)
  else
    describe(name, () => {
      test('a container engine is there', () => expect.fail(fault))
    })
}

/**
 * `describe` for suites that start a Secret Service of their own: skipped, with the reason in their name, where its
 * programs are missing; with `MINISUB_TEST_REQUIRE=keychain` they then fail.
 */
export function describeWithSecretService(name: string, suite: () => void): void {
  const programs = ['dbus-run-session', 'gnome-keyring-daemon']
  const missing = programs.filter((it) => spawnSync('sh', ['-c', 'command -v "$1"', 'sh', it]).status !== 0)
  if (missing.length === 0 || isRequired('keychain')) describe(name, suite)
  else
    describe.skip(`${name} (skipped: there is no ${missing.join(' and no ')}, install gnome-keyring and dbus)`, suite)
}

let asked: { readonly fault: string | undefined } | undefined

/** Why no container engine can be used; undefined where one answers. Asked once, in a process of its own. */
export function dockerFault(): string | undefined {
  asked ??= { fault: askForEngine() }
  return asked.fault
}

function askForEngine(): string | undefined {
  const engine = new URL('../../core/runtimes/docker/engine.ts', import.meta.url).href
  const script = `const { openDockerEngine } = await import(${JSON.stringify(engine)})
    await openDockerEngine().client().catch((error) => { console.log(error.message); process.exit(3) })`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  })
  return status === 0 ? undefined : (stdout + stderr).trim()
}

function isRequired(requirement: Requirement): boolean {
  return (process.env['MINISUB_TEST_REQUIRE'] ?? '').split(',').includes(requirement)
}
