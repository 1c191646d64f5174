import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeWithDocker } from '#test/support/requirements.ts'
import { BUSYBOX } from './docker-fixture.ts'
import { openDockerEngine } from './engine.ts'
import { engineUsers, shellLabels, sweepShells, usersOf } from './shells.ts'

test.each([
  [['name=seccomp,profile=builtin', 'name=cgroupns'], 'same'],
  [['name=seccomp,profile=default', 'name=rootless'], 'rootless'],
  [['name=userns'], 'remapped'],
  [[], 'same'],
])('an engine that says %j of itself', (options, expected) => expect(usersOf(options)).toBe(expected))

describeWithDocker('shells in containers', () => {
  test('are removed once the process that they belong to is gone, and only then', async () => {
    const home = mkdtempSync(join(tmpdir(), 'minisub-shells-'))
    const engine = openDockerEngine()
    const labels = shellLabels(home)
    const start = (more: Record<string, string>): string => {
      const words = Object.entries({ ...labels, ...more }).map(([name, value]) => `--label=${name}=${value}`)
      return spawnSync('docker', ['run', '-d', '--rm', ...words, BUSYBOX, 'sleep', '100'], {
        encoding: 'utf8',
      }).stdout.trim()
    }
    const [alive, left] = [start({}), start({ 'minisub.shell': `${process.pid}.1` })]
    const there = async (): Promise<string[]> => {
      const client = await engine.client()
      const found = await client.listContainers({
        all: true,
        filters: { label: [`minisub.home=${labels['minisub.home']}`] },
      })
      return found.map(({ Id }) => Id)
    }
    try {
      await sweepShells(engine, home)
      await expect.poll(there).toEqual([alive])
      expect(await engineUsers(engine)).toMatch(/^(same|rootless|remapped)$/)
    } finally {
      spawnSync('docker', ['rm', '-f', alive, left])
      rmSync(home, { recursive: true })
    }
  })
})
