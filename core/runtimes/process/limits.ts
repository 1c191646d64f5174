import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Limits } from '../driver.ts'
import type { Controller, Controllers, Place } from './cgroup-places.ts'
import { findCounters, readText, type Counters } from './group-usage.ts'
import { settingsOf, type GroupSettings } from './group-settings.ts'
import { sendSignal } from './signals.ts'

const REMOVE_ATTEMPTS = 100
const REMOVE_PAUSE_MS = 20
/** Limits that control groups enforce. */
const GROUPED = ['cpu', 'memory', 'pids'] as const

/** The control groups of one part, and the limits that this system does not enforce. */
export type LimitGroups = Counters & { readonly folders: readonly string[]; readonly notEnforced: readonly string[] }

type Planned = { readonly controller: Controller; readonly place: Place; readonly folder: string }

/**
 * Makes the control groups that enforce a part's limits, as far as this system lets us. They are noted in the part's
 * folder first, so that a later core can remove them. Undefined where no limit is asked for.
 */
export function createGroups(
  folder: string,
  name: string,
  options: { limits: Limits; controllers: () => Controllers },
): LimitGroups | undefined {
  const asked = askedOf(options.limits)
  if (asked.length === 0) return undefined
  const grouped = GROUPED.filter((key) => asked.includes(key))
  const planned = grouped.length === 0 ? [] : planGroups(name, grouped, options.controllers())
  const folders = [...new Set(planned.map((group) => group.folder))]
  note(folder, { memory: null, cpu: null, folders, notEnforced: [] })
  const held = planned.filter((group) => enforce(group, options.limits))
  const groups: LimitGroups = {
    ...findCounters(held),
    folders: folders.filter((path) => existsSync(path)),
    notEnforced: asked.filter((key) => !held.some(({ controller }) => controller === key)),
  }
  note(folder, groups)
  return groups
}

/** What `createGroups` noted in a part's folder; undefined where no limit was asked for. */
export function readGroups(folder: string): LimitGroups | undefined {
  const path = notePath(folder)
  if (!existsSync(path)) return undefined
  // older versions counted no CPU time in groups
  const noted: Omit<LimitGroups, 'cpu'> & { readonly cpu?: LimitGroups['cpu'] } = JSON.parse(readFileSync(path, 'utf8'))
  return { ...noted, cpu: noted.cpu ?? null }
}

/** Kills whatever is left in the groups of an ended part and removes them. */
export async function removeGroups(groups: LimitGroups): Promise<void> {
  for (let attempt = 0; attempt < REMOVE_ATTEMPTS; attempt += 1) {
    const left = groups.folders.filter((path) => !isRemoved(path))
    if (left.length === 0) return
    for (const path of left) killMembers(path)
    await sleep(REMOVE_PAUSE_MS)
  }
}

/** Names of the limits that a part asks for, in the order in which they are told. */
function askedOf(limits: Limits): string[] {
  const bounded = (['cpu', 'memory', 'gpu', 'pids', 'shm'] as const).filter((key) => (limits[key] ?? 0) > 0)
  return limits.network === false ? [...bounded, 'network'] : bounded
}

function planGroups(name: string, limits: readonly Controller[], controllers: Controllers): Planned[] {
  // version 1 counts CPU time in a group of its own
  return [...limits, 'cpuacct' as const].flatMap((controller) => {
    const place = controllers[controller]
    return place === undefined ? [] : [{ controller, place, folder: join(place.parent, name) }]
  })
}

/** Makes a group and sets its limit, if one is asked for; false where the system refuses it. */
function enforce({ controller, place, folder }: Planned, limits: Limits): boolean {
  const { needed, wished }: GroupSettings = settingsOf(controller, place.version, limits)
  try {
    mkdirSync(folder, { recursive: true })
    for (const [file, value] of needed) writeFileSync(join(folder, file), value, { flag: 'r+' })
  } catch {
    return false
  }
  for (const [file, value] of wished) {
    if (existsSync(join(folder, file))) writeFileSync(join(folder, file), value, { flag: 'r+' })
  }
  return true
}

function isRemoved(folder: string): boolean {
  try {
    rmdirSync(folder)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
  }
}

function killMembers(folder: string): void {
  for (const pid of readText(join(folder, 'cgroup.procs')).split('\n').filter(Boolean))
    sendSignal(Number(pid), 'SIGKILL')
}

function note(folder: string, groups: LimitGroups): void {
  writeFileSync(notePath(folder), JSON.stringify(groups), { mode: 0o600 })
}

function notePath(folder: string): string {
  return join(folder, 'limits.json')
}
