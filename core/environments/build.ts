import { existsSync } from 'node:fs'
import { lstat, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { removeTree } from '#core/store/index.ts'
import { explainFailure } from './explain-failure.ts'
import { findPython, type Python } from './find-python.ts'
import { runInstaller, type InstallerResult } from './installer-process.ts'
import { pipVariables, uvSettings } from './installer-settings.ts'
import type { PythonLock } from './lock.ts'
import { packageVersions } from './requirement.ts'
import { parsePythonRange } from './python-range.ts'
import { writeRecord } from './records.ts'
import { findUvIfAny, noPip, type InstallContext } from './uv.ts'

/** Longer than it takes a supervisor to kill the installer of a process that has just died. */
const GRACE_MS = 250

/** The machine that a built environment fits. */
export const PLATFORM = `${process.platform}-${process.arch}`

/**
 * Builds an environment in its folder, whose lock the caller holds: a virtual environment names its own place, so it
 * cannot be built aside and moved. What an earlier builder left half-way is deleted first; after a failure nothing is
 * left. Throws Problem `python_missing`, `package_unavailable`, `network_unavailable` or `environment_failed`.
 */
export async function buildEnvironment(folder: string, lock: PythonLock, context: InstallContext): Promise<void> {
  const python = await findPython(parsePythonRange(`==${lock.pythonMinor}.*`), context.variables)
  if (existsSync(folder)) {
    await sleep(GRACE_MS)
    await removeTree(folder)
  }
  try {
    await mkdir(folder, { recursive: true })
    const packages = packageVersions(lock.requirements)
    const plan = { pythonMinor: lock.pythonMinor, packages, createdAt: Date.now() }
    writeRecord(folder, 'plan', plan)
    await (lock.requirements.length === 0 ? linkPython(folder, python) : install({ folder, lock, python }, context))
    const sizeBytes = await folderSize(folder)
    writeRecord(folder, 'ready', { ...plan, basePython: python.executable, platform: PLATFORM, sizeBytes })
  } catch (error) {
    await removeTree(folder)
    throw error
  }
}

/**
 * A virtual environment without packages: links to the Python at hand and the file that PEP 405 asks for, which also
 * keeps packages of that Python out, so that the environment holds what its digest says: nothing.
 */
async function linkPython(folder: string, python: Python): Promise<void> {
  const minor = python.release.slice(0, 2).join('.')
  const bin = join(folder, 'bin')
  await mkdir(join(folder, 'lib', `python${minor}`, 'site-packages'), { recursive: true })
  await mkdir(bin)
  const home = dirname(python.executable)
  const config = `home = ${home}\ninclude-system-site-packages = false\nversion = ${python.version}\n`
  await writeFile(join(folder, 'pyvenv.cfg'), config)
  await symlink(python.executable, join(bin, 'python'))
  await symlink('python', join(bin, 'python3'))
  await symlink('python', join(bin, `python${minor}`))
}

type Install = { readonly folder: string; readonly lock: PythonLock; readonly python: Python }

async function install(what: Install, context: InstallContext): Promise<void> {
  await writeFile(join(what.folder, 'requirements.txt'), `${what.lock.requirements.join('\n')}\n`)
  context.onLine?.(`building an environment of ${what.lock.requirements.length} locked packages`)
  const uv = await findUvIfAny(what.python.executable, context)
  await (uv === undefined ? installWithPip(what, context) : installWithUv(uv, what, context))
}

const VERIFIED = ['--require-hashes', '--no-deps']

/** Bytecode is compiled now: steps then start quickly, and need not write into what others read. */
async function installWithUv(uv: string, what: Install, context: InstallContext): Promise<void> {
  const settings = await uvSettings(what.python.executable, context.variables)
  const run = (command: readonly string[]) =>
    runInstaller([uv, ...command], {
      variables: settings.variables,
      signal: context.signal,
      onLine: context.onLine,
    })
  const venv = ['venv', '--quiet', '--no-project', '--allow-existing', '--python', what.python.executable, what.folder]
  check(await run(venv), what.lock)
  const python = join(what.folder, 'bin', 'python')
  const requirements = ['-r', join(what.folder, 'requirements.txt')]
  const options = ['--python', python, ...settings.flags, ...VERIFIED, '--compile-bytecode', ...requirements]
  check(await run(['pip', 'install', ...options]), what.lock)
}

/** Without uv: the same packages by the same hashes; pip and setuptools themselves are there besides. */
async function installWithPip(what: Install, context: InstallContext): Promise<void> {
  const run = (command: readonly string[]) =>
    runInstaller(command, {
      variables: pipVariables(context.variables),
      signal: context.signal,
      onLine: context.onLine,
    })
  const venv = await run([what.python.executable, '-m', 'venv', what.folder])
  if (venv.exitCode !== 0 && /ensurepip|No module named/.test(venv.output)) {
    throw noPip(what.python.executable, venv.output)
  }
  check(venv, what.lock)
  const requirements = ['-r', join(what.folder, 'requirements.txt')]
  const python = join(what.folder, 'bin', 'python')
  check(await run([python, '-m', 'pip', 'install', ...VERIFIED, '--compile', ...requirements]), what.lock)
}

function check(result: InstallerResult, lock: PythonLock): void {
  if (result.exitCode === 0) return
  const asked = packageVersions(lock.requirements)
  throw explainFailure({ what: 'The environment could not be built', output: result.output, asked })
}

/** Bytes of all files below a folder, links not followed. */
export async function folderSize(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  let total = 0
  for (let start = 0; start < files.length; start += 256) {
    const sizes = await Promise.all(files.slice(start, start + 256).map(async (file) => (await lstat(file)).size))
    total += sizes.reduce((sum, size) => sum + size, 0)
  }
  return total
}
