import { execFile } from 'node:child_process'
import { constants, readFileSync } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { findCore } from '#core/attach/index.ts'
import { formatBytes } from '#core/base/quantity.ts'
import { canAccess, isProgram, nearestFolder, programOnPath } from '#core/files/index.ts'
import { clusterChecks } from './doctor-cluster.ts'
import { dockerCheck } from './doctor-docker.ts'

/** One thing that was looked at; `fix` is null where nothing is to be done. */
export type Check = {
  readonly name: string
  readonly status: 'ok' | 'warning' | 'error'
  readonly found: string
  readonly fix: string | null
}

const LITTLE_SPACE = 2e9
const NO_SPACE = 100e6
const COMMAND_MS = 10_000

/** Looks at everything that minisub needs on this machine. Starts no core and changes nothing. */
export async function doctorChecks(home: string): Promise<Check[]> {
  return [
    nodeCheck(),
    platformCheck(),
    shellCheck(),
    await pythonCheck(),
    uvCheck(),
    await folderCheck(home),
    await spaceCheck(home),
    await coreCheck(home),
    limitsCheck(),
    await dockerCheck(home),
    ...(await clusterChecks(home)),
  ]
}

function nodeCheck(): Check {
  return ok('Node', `${process.versions.node} at ${process.execPath}`)
}

function platformCheck(): Check {
  const found = `${process.platform} ${process.arch}`
  if (process.platform === 'linux' || process.platform === 'darwin') return ok('system', found)
  return { name: 'system', status: 'error', found: `${found} has no process target`, fix: 'use WSL' }
}

function shellCheck(): Check {
  if (isProgram('/bin/sh')) return ok('sh', '/bin/sh')
  return {
    name: 'sh',
    status: 'error',
    found: 'there is no /bin/sh, which supervises every step',
    fix: 'install a POSIX shell as /bin/sh',
  }
}

async function pythonCheck(): Promise<Check> {
  for (const name of ['python3', 'python']) {
    const path = programOnPath(name)
    if (path === undefined) continue
    const version = await versionOf(path, ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])'])
    if (version !== undefined) return ok('Python', `${version} at ${path}`)
  }
  const fix = 'install Python 3.9 or newer, or put it on PATH'
  return { name: 'Python', status: 'warning', found: 'none on PATH: steps with a Python environment cannot run', fix }
}

function uvCheck(): Check {
  const path = programOnPath('uv')
  return ok('uv', path ?? 'not on PATH: it is installed into the data folder when a lock is first made')
}

async function folderCheck(home: string): Promise<Check> {
  const nearest = nearestFolder(home)
  try {
    await access(nearest, constants.W_OK | constants.X_OK)
    return ok('data folder', nearest === home ? home : `${home} (is made when it is first used)`)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    const fix = `make ${nearest} writable, or name another folder with --home or MINISUB_HOME`
    return { name: 'data folder', status: 'error', found: `${home} cannot be written (${String(error.code)})`, fix }
  }
}

async function spaceCheck(home: string): Promise<Check> {
  const { bavail, bsize } = await statfs(nearestFolder(home))
  const free = bavail * bsize
  const found = `${formatBytes(free)} free`
  const fix = 'free some space, or name a folder on another disk with --home or MINISUB_HOME'
  if (free < NO_SPACE) return { name: 'disk space', status: 'error', found, fix }
  return free < LITTLE_SPACE ? { name: 'disk space', status: 'warning', found, fix } : ok('disk space', found)
}

async function coreCheck(home: string): Promise<Check> {
  const core = await findCore(home)
  if (core === undefined) return ok('core', 'not running: it is started when it is needed')
  return ok('core', `version ${core.version} runs at ${core.url} (process ${core.pid})`)
}

/** Limits of CPU, memory and processes are enforced by control groups, where this process may make some. */
function limitsCheck(): Check {
  if (
    process.platform === 'linux' &&
    groupFolders().some((folder) => canAccess(join(folder, 'cgroup.procs'), constants.W_OK))
  ) {
    return ok('limits', 'limits of CPU, memory and processes can be enforced by control groups')
  }
  const found = 'limits of CPU, memory and processes are not enforced: no control group may be made here'
  const fix = 'start it in a session with delegated control groups, such as systemd-run --user --scope -p Delegate=yes'
  return { name: 'limits', status: 'warning', found, fix: process.platform === 'linux' ? fix : null }
}

function groupFolders(): string[] {
  const root = '/sys/fs/cgroup'
  const lines = readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n')
  return lines.flatMap((line) => {
    const [, controllers = '', ...path] = line.split(':')
    const own = path.join(':')
    if (controllers === '') return [join(root, own), join(root, dirname(own))]
    return controllers.split(',').includes('memory') ? [join(root, 'memory', own), join(root, 'memory')] : []
  })
}

function ok(name: string, found: string): Check {
  return { name, status: 'ok', found, fix: null }
}

/** Undefined where the program does not run, as a shim of a version that is not there. */
async function versionOf(path: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(path, args, { timeout: COMMAND_MS, cwd: '/' })
    return stdout.trim()
  } catch {
    return undefined
  }
}
