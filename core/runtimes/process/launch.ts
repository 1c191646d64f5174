import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { Problem } from '../../base/problem.ts'
import type { WorkloadPart } from '../driver.ts'
import type { Controllers } from './cgroup-places.ts'
import type { ResolvedCommand } from './command.ts'
import { createGroups, removeGroups, type LimitGroups } from './limits.ts'
import { hideSecrets, startFault, type Hide } from '../../attempts/index.ts'
import { dropRawLogs, LogCollector } from './log-collector.ts'
import { LivePart } from './part.ts'
import { makeVoid, spawnSupervisor } from './supervisor.ts'

export type LaunchOptions = {
  readonly part: WorkloadPart
  readonly command: ResolvedCommand
  /** The part's own folder, and the claim file in it that nobody holds. */
  readonly folder: string
  readonly claimPath: string
  /** Unique on this machine: the name of its control groups. */
  readonly name: string
  readonly environment: readonly string[]
  readonly controllers: () => Controllers
  /** Descriptor of /dev/null. */
  readonly nullFile: number
}

/** Starts the supervisor of one part and follows it. Throws a Problem where the system refuses; then nothing runs. */
export async function launch(options: LaunchOptions): Promise<LivePart> {
  const { folder, claimPath, environment } = options
  let opened: { collector?: LogCollector; groups?: LimitGroups | undefined } = {}
  try {
    const collector = openFolder(folder, hideSecrets(options.part.secrets ?? []))
    opened = { collector }
    const groups = createGroups(folder, options.name, { limits: options.part.limits, controllers: options.controllers })
    opened = { collector, groups }
    const startedAt = Date.now()
    const child = spawnSupervisor({
      claimPath,
      startedAt,
      command: options.command,
      workingFolder: options.part.workingFolder,
      groups: groups?.folders.map((group) => `${group}/cgroup.procs`) ?? [],
      files: { null: options.nullFile, ...collector.files },
    })
    const pid = child.pid ?? (await failureOf(child))
    const live = new LivePart({ folder, claimPath, pid, startedAt, environment, collector, groups })
    live.follow(child)
    return live
  } catch (error) {
    await opened.collector?.close()
    if (opened.groups !== undefined) await removeGroups(opened.groups)
    dropRawLogs(folder)
    makeVoid(claimPath)
    throw toProblem(error, folder)
  }
}

function openFolder(folder: string, hide: Hide): LogCollector {
  try {
    return LogCollector.create(folder, hide)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    mkdirSync(folder, { recursive: true })
    return LogCollector.create(folder, hide)
  }
}

/** A child that was not started tells why by its `error` event. */
async function failureOf(child: ChildProcess): Promise<never> {
  const [error]: unknown[] = await once(child, 'error')
  throw error
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function toProblem(cause: unknown, folder: string): unknown {
  const fault = startFault(codeOf(cause), cause)
  if (fault !== undefined) return fault
  switch (codeOf(cause)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new Problem('disk_full', `nothing can be written to ${folder}: free some space on its disk`, { cause })
    case 'EACCES':
    case 'EROFS':
      return new Problem('home_unwritable', `${folder} cannot be written: correct its owner or mode`, { cause })
    default:
      return cause
  }
}
