import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isProblem, Problem } from '#core/base/problem.ts'
import { removeTree } from '#core/store/index.ts'
import { explainFailure } from './explain-failure.ts'
import { findPython } from './find-python.ts'
import { runInstaller, type OnLine } from './installer-process.ts'
import { uvSettings, type Variables } from './installer-settings.ts'
import type { PythonLock, PythonSpec } from './lock.ts'
import { isRequirement } from './requirement.ts'
import { parsePythonRange } from './python-range.ts'
import { findUv, type InstallContext } from './uv.ts'

/** How a lock is made. */
export type LockOptions = {
  /** The data folder, MINISUB_HOME, where uv is installed if PATH has none. */
  readonly home: string
  readonly signal?: AbortSignal | undefined
  /** Told every line of the installer. */
  readonly onLine?: OnLine | undefined
  /** Variables that find and set up Python, pip and uv; those of this process unless given. */
  readonly variables?: Variables | undefined
}

/**
 * Resolves an environment for all platforms, on the Python at hand that meets its range; without packages nothing but
 * that Python is needed. Throws Problem `invalid_value`, `python_missing`, `package_unavailable`,
 * `network_unavailable` or `environment_failed`; rejects with the signal's reason when it aborts.
 */
export async function lockPython(spec: PythonSpec, options: LockOptions): Promise<PythonLock> {
  const range = parsePythonRange(spec.python)
  for (const requirement of spec.packages) checkRequirement(requirement)
  const context = { ...options, variables: options.variables ?? process.env }
  const python = await findPython(range, context.variables)
  const pythonMinor = python.release.slice(0, 2).join('.')
  const asked = { packages: spec.packages, pythonMinor, python: python.executable }
  const requirements = spec.packages.length === 0 ? [] : await resolve(asked, context)
  return { kind: 'python', spec: { python: spec.python, packages: [...spec.packages] }, pythonMinor, requirements }
}

/** Options, paths and addresses have no place here: they would read files, or could not be hashed. */
function checkRequirement(requirement: string): void {
  if (/^[A-Za-z0-9][^\n\r#@\\]*$/.test(requirement.trim()) && !/\s--?\w|:\/\//.test(requirement)) return
  const message = `"${requirement}" is not a package of an index: write a name with an optional range, such as numpy~=2.0.`
  throw new Problem('invalid_value', message)
}

type Asked = { readonly packages: readonly string[]; readonly pythonMinor: string; readonly python: string }

async function resolve(asked: Asked, context: InstallContext): Promise<string[]> {
  const uv = await uvForLock(asked.python, context)
  const settings = await uvSettings(asked.python, context.variables)
  const folder = await mkdtemp(join(tmpdir(), 'minisub-lock-'))
  try {
    const input = join(folder, 'requirements.in')
    await writeFile(input, `${asked.packages.join('\n')}\n`)
    // this Python minor alone: a package that no longer supports it, or that newer ones get, would widen the lock
    const project = join(folder, 'pyproject.toml')
    await writeFile(project, `[tool.uv]\nenvironments = ["python_version == '${asked.pythonMinor}'"]\n`)
    const compile = [uv, 'pip', 'compile', input, '--project', folder, '--python', asked.python, ...settings.flags]
    const plain = ['--no-annotate', '--no-header', '--no-emit-index-url', '--no-emit-find-links']
    const universal = ['--universal', '--generate-hashes', '--python-version', asked.pythonMinor]
    const { signal, onLine } = context
    const result = await runInstaller([...compile, ...plain, ...universal], {
      variables: settings.variables,
      signal,
      onLine: onLine && ((line) => /^\s*(--hash|[\w.-]+==)/.test(line) || onLine(line)),
    })
    if (result.exitCode === 0) return readRequirements(result.stdout)
    throw explainFailure({ what: 'The packages could not be locked', output: result.output, asked: asked.packages })
  } finally {
    await removeTree(folder)
  }
}

async function uvForLock(python: string, context: InstallContext): Promise<string> {
  try {
    return await findUv(python, context)
  } catch (error) {
    if (!isProblem(error)) throw error
    const message = `Making a lock needs uv. ${error.message} A uv on PATH is used too.`
    const details = error.details === undefined ? {} : { details: error.details }
    throw new Problem(error.code, message, { ...details, cause: error })
  }
}

/** One line per package of uv's list, whose lines go on after a backslash. */
function readRequirements(list: string): string[] {
  const lines = list.replaceAll(/\s*\\\n\s*/g, ' ').split('\n')
  const requirements = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'))
  const strange = requirements.find((line) => !isRequirement(line))
  if (strange === undefined) return requirements
  const message = `The package index offers no sha256 for "${strange.split(' ', 1)[0] ?? ''}": use an index that does.`
  throw new Problem('environment_failed', message, { details: strange })
}
