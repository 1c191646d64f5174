import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { WorkloadPart } from '../driver.ts'
import { resolveCommand } from './command.ts'

describe('resolveCommand', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'minisub-command-'))
    for (const name of ['first', 'second']) mkdirSync(join(folder, name))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const part = (command: readonly string[], env: Record<string, string>): WorkloadPart => ({
    role: 'main',
    command,
    env,
    workingFolder: folder,
    mounts: [],
    ports: [],
    limits: {},
  })
  function program(path: string): string {
    writeFileSync(join(folder, path), '#!/bin/sh\n', { mode: 0o755 })
    return join(folder, path)
  }

  test('takes the first executable file in the order of PATH, not a folder or a plain file', () => {
    mkdirSync(join(folder, 'first', 'a'))
    writeFileSync(join(folder, 'first', 'b'), '')
    const a = program('second/a')
    const b = program('second/b')
    const env = { PATH: `${folder}/first:${folder}/second` }
    expect(resolveCommand(part(['a', 'x'], env)).argv).toEqual([a, 'x'])
    expect(resolveCommand(part(['b'], env)).argv).toEqual([b])
  })

  test('relative entries of PATH and empty ones count from the working folder', () => {
    const inFirst = program('first/c')
    const here = program('d')
    expect(resolveCommand(part(['c'], { PATH: 'first' })).argv).toEqual([inFirst])
    expect(resolveCommand(part(['d'], { PATH: ':/nowhere' })).argv).toEqual([here])
  })

  test('without PATH the system folders are searched', () => {
    expect(resolveCommand(part(['sh'], {})).argv[0]).toMatch(/^(\/usr)?\/bin\/sh$/)
  })

  test('says why a file cannot be started', () => {
    const path = program('e')
    chmodSync(path, 0o644)
    expect(() => resolveCommand(part(['./e'], {}))).toThrow(/"\.\/e" is not executable: set its mode/)
    expect(() => resolveCommand(part(['first/'], {}))).toThrow(/is not a file/)
    expect(() => resolveCommand(part(['missing'], { PATH: '/usr/bin' }))).toThrow(/"missing" is in no folder of PATH/)
  })

  test('variables that a shell changes go past it, and the rest does not', () => {
    const plain = resolveCommand(part(['sh'], { A: '1' }))
    expect(plain.argv).toHaveLength(1)
    const odd = resolveCommand(part(['sh', '-c', 'x'], { A: '1', PWD: '/x', 'b.c': '2' }))
    expect(odd.argv.slice(0, 5)).toEqual(['/usr/bin/env', '-i', 'A=1', 'PWD=/x', 'b.c=2'])
    expect(odd.env).toEqual({ A: '1' })
  })

  test('a program whose path holds "=" cannot have such variables', () => {
    program('a=b')
    expect(resolveCommand(part(['./a=b'], {})).argv).toEqual([join(folder, 'a=b')])
    expect(() => resolveCommand(part(['./a=b'], { PWD: '/' }))).toThrow(/holds "="/)
  })
})
