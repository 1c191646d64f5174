import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ClusterPreflight } from '#core/contract/local-clusters.ts'
import { stopCore } from '#test/support/cli-sandbox.ts'
import { describeWithDocker } from '#test/support/requirements.ts'

const SCRIPT = fileURLToPath(new URL('../../core/cli/minisub.js', import.meta.url))
/** An account that is in no group of the engine. */
const NOBODY = 65_534

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'minisub-nobody-'))
})
afterEach(async () => {
  const address = join(home, 'data', 'address.json')
  if (existsSync(address)) await stopCore(JSON.parse(readFileSync(address, 'utf8')).pid)
  rmSync(home, { recursive: true, force: true })
})

/** Calls the real `minisub` as that account. */
async function asNobody(...args: readonly string[]) {
  const env = { PATH: process.env['PATH'], DOCKER_HOST: process.env['DOCKER_HOST'], HOME: home }
  const account = { uid: NOBODY, gid: NOBODY, cwd: home }
  const all = [SCRIPT, ...args, '--home', join(home, 'data')]
  const child = spawn(process.execPath, all, { ...account, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: child.exitCode, stdout, stderr }
}

/** Only root may be somebody else, who can run the program only where all may read its folder. */
function canBeNobody(): boolean {
  if (process.getuid?.() !== 0) return false
  for (let folder = dirname(SCRIPT); folder !== dirname(folder); folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o005) !== 0o005) return false
  }
  return true
}

describeWithDocker('somebody who may not use the engine', () => {
  const reason = canBeNobody() ? '' : ' (skipped: nobody else may be played here, or read this folder)'
  test.runIf(reason === '')(`reads so with the fix, and nothing of a cluster is begun${reason}`, async () => {
    chownSync(home, NOBODY, NOBODY)
    const checked = await asNobody('cluster', 'check', '--json')
    expect(checked.code, checked.stderr).toBe(1)
    const { checks }: ClusterPreflight = JSON.parse(checked.stdout)
    expect(checks.filter(({ level }) => level === 'error')).toEqual([
      expect.objectContaining({
        id: 'privileges',
        found: expect.stringContaining('you may not use the container engine at'),
        fix: expect.stringContaining('usermod -aG docker'),
      }),
    ])
    const created = await asNobody('cluster', 'create', '--name', 'ci-nobody')
    expect([created.code, created.stderr]).toEqual([1, expect.stringContaining('you may not use the container engine')])
    const listed = await asNobody('cluster', 'list', '--json')
    expect(JSON.parse(listed.stdout)).toMatchObject({ clusters: [] })
  })
})
