import { rename } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isProblem, Problem } from '#core/base/problem.ts'
import { programOnPath } from '#core/files/index.ts'
import { removeTree } from '#core/store/index.ts'
import { explainFailure } from './explain-failure.ts'
import { freshFolder, toolsFolder } from './folders.ts'
import { runInstaller, type OnLine } from './installer-process.ts'
import { pipVariables, type Variables } from './installer-settings.ts'
import { compareReleases } from './python-range.ts'
import { waitForLock } from './waiting-lock.ts'

/** What installers need to know. */
export type InstallContext = {
  /** The data folder, MINISUB_HOME. */
  readonly home: string
  /** Variables of this process; PATH finds Python and uv, and what pip and uv are told by theirs holds. */
  readonly variables: Variables
  readonly signal?: AbortSignal | undefined
  readonly onLine?: OnLine | undefined
}

/** The first version that knows all the options and variables that we use. */
const OLDEST_UV = [0, 5, 0]

/**
 * Path of a uv: on PATH, else one that an earlier call installed below the data folder, else installed there now by
 * the Python's pip. Throws Problem `network_unavailable`, `package_unavailable` or `environment_failed`.
 */
export async function findUv(python: string, context: InstallContext): Promise<string> {
  const onPath = programOnPath('uv', context.variables['PATH'] ?? '')
  if (onPath !== undefined && (await isNewEnough(onPath, context))) return onPath
  const tools = toolsFolder(context.home)
  const installed = join(tools, 'uv', 'bin', 'uv')
  if (existsSync(installed)) return installed
  using lock = await waitForLock(join(tools, 'uv.lock'), context)
  if (!existsSync(installed)) await installUv(python, context)
  lock.release()
  return installed
}

async function isNewEnough(uv: string, context: InstallContext): Promise<boolean> {
  const { stdout } = await runInstaller([uv, '--version'], { variables: context.variables, signal: context.signal })
  const release = /^uv (\d+)\.(\d+)\.(\d+)/.exec(stdout)?.slice(1).map(Number) ?? []
  return compareReleases(release, OLDEST_UV) >= 0
}

/** uv is one program that runs from anywhere, so it is installed aside and moved into its place when it is whole. */
async function installUv(python: string, context: InstallContext): Promise<void> {
  const aside = join(toolsFolder(context.home), 'uv.partial')
  await freshFolder(aside)
  context.onLine?.('installing uv, which makes locks and environments')
  try {
    await installUvInto(aside, python, context)
    await rename(aside, join(toolsFolder(context.home), 'uv'))
  } catch (error) {
    await removeTree(aside)
    throw error
  }
}

async function installUvInto(folder: string, python: string, context: InstallContext): Promise<void> {
  const run = (command: readonly string[]) =>
    runInstaller(command, {
      variables: pipVariables(context.variables),
      signal: context.signal,
      onLine: context.onLine,
    })
  const direct = await run([python, '-m', 'pip', 'install', '--target', folder, 'uv'])
  if (direct.exitCode === 0) return
  if (!direct.output.includes('No module named pip')) throw uvFailure(direct.output)
  // a Python without pip may still bring the one that its venv module installs
  const venv = await run([python, '-m', 'venv', folder])
  if (venv.exitCode !== 0) throw noPip(python, venv.output)
  const installed = await run([join(folder, 'bin', 'python'), '-m', 'pip', 'install', 'uv'])
  if (installed.exitCode !== 0) throw uvFailure(installed.output)
}

function uvFailure(output: string): Problem {
  return explainFailure({ what: 'uv could not be installed', output, asked: ['uv'] })
}

/** The Problem of a Python that brings neither pip nor a working venv module, as some distributions cut it. */
export function noPip(python: string, output: string): Problem {
  const message = `${python} has no working pip and venv module: install its pip or venv package, or put uv on PATH.`
  return new Problem('environment_failed', message, { details: output })
}

/** As findUv, but undefined where uv cannot be had, for whoever can do without. */
export async function findUvIfAny(python: string, context: InstallContext): Promise<string | undefined> {
  try {
    return await findUv(python, context)
  } catch (error) {
    if (!isProblem(error)) throw error
    context.onLine?.(`${error.message} Going on with pip.`)
    return undefined
  }
}
