import { once } from 'node:events'
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freshClaim, makeVoid, readClaim, readExit, spawnSupervisor } from './supervisor.ts'

describe('the supervisor', () => {
  let folder: string
  let devNull: number
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'minisub-supervisor-'))
    devNull = openSync('/dev/null', 'r+')
  })
  afterEach(() => {
    closeSync(devNull)
    rmSync(folder, { recursive: true, force: true })
  })

  function supervise(script: string) {
    const files = { null: devNull, stdout: devNull, stderr: devNull }
    const command = { argv: ['/bin/sh', '-c', script], env: {} }
    return spawnSupervisor({
      claimPath: join(folder, 'process'),
      startedAt: 12,
      command,
      workingFolder: folder,
      groups: [],
      files,
    })
  }

  test('notes its process id before the command starts, and the exit code after it', async () => {
    const child = supervise('cp process seen; exit 12')
    await once(child, 'exit')
    expect(readClaim(folder)).toMatchObject({ holder: 'supervisor', pid: child.pid, since: 12 })
    expect(existsSync(join(folder, 'seen'))).toBe(true)
    expect(readExit(join(folder, 'process'))).toMatchObject({ exitCode: 12 })
    expect(freshClaim(folder)).toBeUndefined()
  })

  test('starts nothing where the claim was made void, however late it comes', async () => {
    expect(makeVoid(join(folder, 'process'))).toBe(true)
    await once(supervise('touch ran'), 'exit')
    expect(existsSync(join(folder, 'ran'))).toBe(false)
    expect(readClaim(folder)).toEqual({ holder: 'nobody', path: join(folder, 'process.1'), voided: true })
  })

  test('a claim that a supervisor holds cannot be made void', async () => {
    await once(supervise('true'), 'exit')
    expect(makeVoid(join(folder, 'process'))).toBe(false)
  })

  test('writes the exit code as soon as the disk takes it', async () => {
    if (!existsSync('/dev/full')) return
    const child = supervise('rm process; ln -s /dev/full process; exit 5')
    await sleep(400)
    expect(child.exitCode ?? child.signalCode).toBeNull()
    unlinkSync(join(folder, 'process'))
    await once(child, 'exit')
    expect(readExit(join(folder, 'process'))).toMatchObject({ exitCode: 5 })
  })

  test('does not outlive its folder', async () => {
    const child = supervise('while [ ! -e go ]; do sleep 0.02; done; rm -rf "$PWD"')
    writeFileSync(join(folder, 'go'), '')
    await once(child, 'exit')
    expect(existsSync(folder)).toBe(false)
  })

  test('survives the signals that a command may send to its group', async () => {
    await once(
      supervise(
        'trap "" HUP INT QUIT TERM USR1 USR2 ALRM; kill -HUP 0; kill -INT 0; kill -TERM 0; kill -USR1 0; exit 3',
      ),
      'exit',
    )
    expect(readExit(join(folder, 'process'))).toMatchObject({ exitCode: 3 })
  })
})

describe('readExit', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'minisub-exit-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  test.each(['', '0m0.0s 0m0.0s\n0m0.1s 0m0.2s\n', '0m0.0s 0m0.0s\n0m0.1s 0m0.2s\nexit 1', 'exit 1\n'])(
    '%j is not there in full',
    (text) => {
      writeFileSync(join(folder, 'process'), text)
      expect(readExit(join(folder, 'process'))).toBeUndefined()
    },
  )

  test('CPU time is user plus system of the children, in every spelling', () => {
    writeFileSync(join(folder, 'process'), '0m9.000s 0m9.000s\n2m1.500s 0m0.250s\nexit 0\n')
    expect(readExit(join(folder, 'process'))).toMatchObject({ exitCode: 0, cpuSeconds: 121.75 })
    writeFileSync(join(folder, 'process'), '0m0,000s 0m0,000s\n0m1,50s 0m0,25s\nexit 0\n')
    expect(readExit(join(folder, 'process'))).toMatchObject({ cpuSeconds: 1.75 })
  })
})
