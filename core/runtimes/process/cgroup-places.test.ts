import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { placesFrom } from './cgroup-places.ts'

describe('placesFrom', () => {
  let root: string
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'minisub-cgroup-'))))
  afterEach(() => rmSync(root, { recursive: true }))

  function group(path: string, delegated = ''): string {
    const folder = join(root, path)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'cgroup.procs'), '')
    writeFileSync(join(folder, 'cgroup.subtree_control'), `${delegated}\n`)
    return folder
  }
  const unified = () => `30 23 0:26 / ${root} rw,nosuid - cgroup2 cgroup2 rw`

  test('version 1: below our own group, one tree for each controller', () => {
    const memory = group('memory/mine')
    const cpu = group('cpu,cpuacct')
    const mounts = [
      `35 31 0:32 / ${root}/memory rw - cgroup cgroup rw,memory`,
      `32 31 0:29 / ${root}/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct`,
    ].join('\n')
    expect(placesFrom(mounts, '4:memory:/mine\n2:cpu,cpuacct:/\n0::/\n')).toEqual({
      memory: { version: 1, parent: memory },
      cpu: { version: 1, parent: cpu },
      cpuacct: { version: 1, parent: cpu },
    })
  })

  test('version 2: beside our own group, where the one above hands the controllers down', () => {
    const above = group('user/app.slice', 'cpu memory pids')
    group('user/app.slice/terminal.scope')
    const places = placesFrom(unified(), '0::/user/app.slice/terminal.scope\n')
    const place = { version: 2, parent: above }
    expect(places).toEqual({ memory: place, cpu: place, pids: place })
  })

  test('version 2: a controller that is not handed down is not enforced', () => {
    group('user/app.slice', 'memory')
    group('user/app.slice/terminal.scope')
    expect(Object.keys(placesFrom(unified(), '0::/user/app.slice/terminal.scope\n'))).toEqual(['memory'])
  })

  test('a mount that shows a part of the tree only, as in a container', () => {
    const memory = group('memory')
    const mounts = `35 31 0:32 /docker/abc ${root}/memory rw - cgroup cgroup rw,memory`
    expect(placesFrom(mounts, '4:memory:/docker/abc\n')).toEqual({ memory: { version: 1, parent: memory } })
  })

  test('nothing where there are no control groups', () => {
    expect(placesFrom('', '')).toEqual({})
    expect(placesFrom(unified(), '0::/gone\n')).toEqual({})
  })
})
