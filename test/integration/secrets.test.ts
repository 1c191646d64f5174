import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openCliSandbox, runOf } from '#test/support/cli-sandbox.ts'

test('a step gets its secret, and no log shows it', async () => {
  await using sandbox = await openCliSandbox()
  const file = await sandbox.pipeline('secret', [
    'steps:',
    '  use: {command: [sh, -c, "echo got $TOKEN; test $TOKEN = hunter22"], secrets: {TOKEN: {secret: api, key: token}}}',
  ])
  const missing = await sandbox.minisub('run', file)
  expect(missing.code).toBe(2)
  expect(missing.stderr).toMatch(/the secret api has no key token here: write its value into .*secrets\/api\/token/)
  await mkdir(join(sandbox.home, 'secrets', 'api'), { recursive: true })
  await writeFile(join(sandbox.home, 'secrets', 'api', 'token'), 'hunter22\n', { mode: 0o600 })
  const finished = await sandbox.minisub('run', file, '--json')
  expect(finished.code).toBe(0)
  const { stdout } = await sandbox.minisub('logs', runOf(finished).id, 'use')
  expect(stdout).toContain('got ***')
  expect(stdout).not.toContain('hunter22')
})
