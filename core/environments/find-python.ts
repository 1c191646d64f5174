import { execFile } from 'node:child_process'
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { promisify } from 'node:util'
import { Problem } from '#core/base/problem.ts'
import { foldersOfPath, isProgram } from '#core/files/index.ts'
import { withoutPythonVariables, type Variables } from './installer-settings.ts'
import type { PythonRange } from './python-range.ts'

/** An interpreter: its real path, outside any virtual environment, and its version. */
export type Python = {
  readonly executable: string
  /** Such as [3, 11, 7]. */
  readonly release: readonly [number, number, number]
  /** Such as `3.11.7`, or `3.15.0rc1`. */
  readonly version: string
  /** False for alphas, betas and release candidates, which meet no range. */
  readonly final: boolean
}

const QUESTION = `import os, sys
if sys.implementation.name != 'cpython': sys.exit(1)
v = sys.version_info
tail = '' if v[3] == 'final' else {'alpha': 'a', 'beta': 'b', 'candidate': 'rc'}[v[3]] + str(v[4])
print('%d.%d.%d%s' % (v[0], v[1], v[2], tail))
print(os.path.realpath(getattr(sys, '_base_executable', None) or sys.executable))`

/** Answers by real path and time of change: asking a shim takes a tenth of a second. */
const answers = new Map<string, Promise<Python | undefined>>()

/**
 * The first CPython on PATH that meets the range; within a folder python3 comes before python and newer before older.
 * Throws Problem `python_missing`, which names every Python that was found.
 */
export async function findPython(range: PythonRange, variables: Variables): Promise<Python> {
  const seen = new Map<string, Python>()
  for (const path of pythonsOnPath(variables['PATH'] ?? '')) {
    const python = await askPython(path, variables)
    if (python === undefined) continue
    if (python.final && range.meets(python.release)) return python
    seen.set(python.executable, python)
  }
  throw pythonMissing(range.text, [...seen.values()])
}

function pythonMissing(range: string, seen: readonly Python[]): Problem {
  const found =
    seen.length === 0
      ? 'there is no Python on PATH'
      : `found ${seen.map((python) => `${python.version} at ${python.executable}`).join(', ')}`
  const fix = seen.length === 0 ? 'install one' : 'install one, or widen the range'
  return new Problem('python_missing', `No Python that meets ${range} was found: ${found}; ${fix}.`)
}

function pythonsOnPath(path: string): string[] {
  const files = foldersOfPath(path).flatMap((folder) =>
    namesIn(folder)
      .filter((name) => /^python(3(\.\d+)?)?$/.test(name))
      .toSorted((left, right) => rank(left) - rank(right))
      .map((name) => join(folder, name)),
  )
  return [...new Set(files)]
}

function rank(name: string): number {
  if (name === 'python3') return -2000
  if (name === 'python') return -1000
  return -Number(name.slice('python3.'.length))
}

/** Names in a folder of PATH; one that is not there or may not be read offers none, as for any shell. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

async function askPython(path: string, variables: Variables): Promise<Python | undefined> {
  if (!isProgram(path)) return undefined
  const real = realpathSync(path)
  // a link is its own question: a shim or a virtual environment answers by the name it is called by
  const key = `${path}\n${real}\n${statSync(real).mtimeMs}`
  const known = await answers.get(key)
  if (known !== undefined && existsSync(known.executable)) return known
  const answer = ask(path, variables)
  answers.set(key, answer)
  return answer
}

async function ask(path: string, variables: Variables): Promise<Python | undefined> {
  try {
    const options = { cwd: '/', timeout: 20_000, env: withoutPythonVariables(variables) }
    const { stdout } = await promisify(execFile)(path, ['-I', '-S', '-c', QUESTION], options)
    return readAnswer(stdout)
  } catch {
    // not a Python that runs: Python 2, PyPy, a shim of a version that is not switched on, another machine's file
    return undefined
  }
}

function readAnswer(stdout: string): Python | undefined {
  const [version = '', executable = ''] = stdout.trim().split('\n')
  const match = /^(\d+)\.(\d+)\.(\d+)(.*)$/.exec(version)
  if (match === null || !isAbsolute(executable)) return undefined
  const release = [Number(match[1]), Number(match[2]), Number(match[3])] as const
  return { executable, release, version, final: match[4] === '' }
}
