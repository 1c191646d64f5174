import { accessSync, constants, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A folder in which groups of one controller can be made. */
export type Place = { readonly version: 1 | 2; readonly parent: string }

/** `cpuacct` counts CPU time in version 1; in version 2 every group does. */
const CONTROLLERS = ['memory', 'cpu', 'pids', 'cpuacct'] as const
export type Controller = (typeof CONTROLLERS)[number]
export type Controllers = { readonly [Key in Controller]?: Place }

/** Where this process can make control groups of its own; empty on systems without them. */
export function findControllers(): Controllers {
  if (process.platform !== 'linux') return {}
  return placesFrom(readFileSync('/proc/self/mountinfo', 'utf8'), readFileSync('/proc/self/cgroup', 'utf8'))
}

/** `findControllers` over the texts of mountinfo and cgroup of a process. */
export function placesFrom(mountinfo: string, cgroup: string): Controllers {
  const mounts = mountinfo.split('\n').flatMap(parseMount)
  const found: { -readonly [Key in Controller]?: Place } = {}
  for (const controller of CONTROLLERS) {
    const place = versionOne(mounts, cgroup, controller) ?? versionTwo(mounts, cgroup, controller)
    if (place !== undefined) found[controller] = place
  }
  return found
}

type Mount = {
  readonly root: string
  readonly point: string
  readonly type: string
  readonly options: readonly string[]
}

/** A line of mountinfo: `id parent device root point options … - type source superOptions`. */
function parseMount(line: string): Mount[] {
  const [before = '', after = ''] = line.split(' - ', 2)
  const [, , , root, point] = before.split(' ')
  const [type = '', , options = ''] = after.split(' ')
  if (root === undefined || point === undefined || !type.startsWith('cgroup')) return []
  return [{ root, point: point.replaceAll('\\040', ' '), type, options: options.split(',') }]
}

/** Below our own group, so that whatever bounds this process bounds its steps too. */
function versionOne(mounts: readonly Mount[], cgroup: string, controller: string): Place | undefined {
  const mount = mounts.find(({ type, options }) => type === 'cgroup' && options.includes(controller))
  const line = cgroup.split('\n').find((text) => text.split(':')[1]?.split(',').includes(controller) === true)
  if (mount === undefined || line === undefined) return undefined
  const parent = within(mount, line.split(':').slice(2).join(':'))
  return isWritable(parent) ? { version: 1, parent } : undefined
}

/** A group with processes may not have groups with limits below it, so it is mostly the one beside ours. */
function versionTwo(mounts: readonly Mount[], cgroup: string, controller: string): Place | undefined {
  const mount = mounts.find(({ type }) => type === 'cgroup2')
  const line = cgroup.split('\n').find((text) => text.startsWith('0::'))
  if (mount === undefined || line === undefined) return undefined
  const own = within(mount, line.slice(3))
  const candidates = own === mount.point ? [own] : [own, dirname(own)]
  const parent = candidates.find((folder) => isWritable(folder) && delegates(folder, controller))
  return parent === undefined ? undefined : { version: 2, parent }
}

function within(mount: Mount, path: string): string {
  const below = mount.root !== '/' && path.startsWith(mount.root) ? path.slice(mount.root.length) : path
  return join(mount.point, below).replace(/(.)\/$/, '$1')
}

function delegates(folder: string, controller: string): boolean {
  try {
    return readFileSync(join(folder, 'cgroup.subtree_control'), 'utf8').trim().split(' ').includes(controller)
  } catch {
    return false
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    accessSync(join(folder, 'cgroup.procs'), constants.W_OK)
    return true
  } catch {
    return false
  }
}
