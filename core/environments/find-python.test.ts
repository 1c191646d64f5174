import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findPython } from './find-python.ts'
import { parsePythonRange } from './python-range.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'minisub-python-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

function fake(name: string, script: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

/** A file that answers as a Python of this version would. */
function fakePython(name: string, version: string): string {
  return fake(name, `echo ${version}; echo ${join(folder, name)}`)
}

const find = (range: string, path = folder) => findPython(parsePythonRange(range), { PATH: path })
const here = () => findPython(parsePythonRange('>=3'), process.env)

describe('the Python at hand', () => {
  test('is the first on PATH that meets the range, and is asked once', async () => {
    fake('python3', `echo x >> ${folder}/asked; echo 3.8.1; echo ${folder}/python3`)
    fakePython('python3.12', '3.12.4')
    fakePython('python3.10', '3.10.2')
    expect(await find('>=3.9')).toMatchObject({ version: '3.12.4', release: [3, 12, 4] })
    expect(await find('<3.12,>=3.9')).toMatchObject({ version: '3.10.2' })
    expect(await find('3.8')).toMatchObject({ executable: join(folder, 'python3') })
    expect(execFileSync('cat', [join(folder, 'asked')], { encoding: 'utf8' })).toBe('x\n')
  })

  test('is asked again when the file has changed', async () => {
    fakePython('python3', '3.8.1')
    expect(await find('>=3.8')).toMatchObject({ version: '3.8.1' })
    rmSync(join(folder, 'python3'))
    fakePython('python3', '3.14.0')
    expect(await find('>=3.8')).toMatchObject({ version: '3.14.0' })
  })

  test('is missing where none meets the range: the Problem names those that were found', async () => {
    fakePython('python3', '3.11.7')
    fakePython('python', '3.14.0rc1')
    fake('python3.9', 'echo not switched on >&2; exit 127')
    await expect(find('>=3.14')).rejects.toMatchObject({
      code: 'python_missing',
      message: `No Python that meets >=3.14 was found: found 3.11.7 at ${folder}/python3, 3.14.0rc1 at ${folder}/python; install one, or widen the range.`,
    })
  })

  test('is missing where PATH has none', async () => {
    await expect(find('>=3.9', `/nonexistent:relative:${folder}`)).rejects.toMatchObject({
      code: 'python_missing',
      message: 'No Python that meets >=3.9 was found: there is no Python on PATH; install one.',
    })
  })

  test('is the real one behind a virtual environment and behind links', async () => {
    const real = await here()
    const venv = join(folder, 'venv')
    execFileSync(real.executable, ['-m', 'venv', '--without-pip', venv])
    expect(await find('>=3', join(venv, 'bin'))).toEqual(real)
    mkdirSync(join(folder, 'bin'))
    symlinkSync(real.executable, join(folder, 'bin', 'python3'))
    expect(await find('>=3', join(folder, 'bin'))).toEqual(real)
  })
})
