import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../../base/problem.ts'
import type { AttemptRuntime, FinalState, LogPage, Started, Workload, WorkloadState } from '../driver.ts'
import { findControllers, type Controllers } from './cgroup-places.ts'
import { resolveCommand, type ResolvedCommand } from './command.ts'
import { checkGpus, countGpus, type CountGpus } from './gpus.ts'
import { killTraced } from './kill.ts'
import { launch } from './launch.ts'
import { readGroups } from './limits.ts'
import { hasRawLogs } from './log-collector.ts'
import { readPage } from '../../attempts/index.ts'
import { LiveParts } from './live-parts.ts'
import { marksOfLabels, marksOfWorkload } from './marks.ts'
import { LivePart, outputsOf } from './part.ts'
import { recoverPart } from './recover.ts'
import { stopPart } from './stop.ts'
import { freshClaim, makeVoid, readClaim } from './supervisor.ts'

/** How long the other parts of a workload may take to stop after its first part has ended. */
const OTHERS_GRACE_MS = 10_000

export type ProcessRuntimeOptions = {
  /** Where control groups for limits can be made; by default this is found out on first use. */
  readonly controllers?: Controllers
  /** How many GPUs there are; by default the device files are counted. */
  readonly countGpus?: CountGpus
}

/** Opens the runtime that starts workloads as processes of this machine. Disposing it leaves them running. */
export function openProcessRuntime(options: ProcessRuntimeOptions = {}): AttemptRuntime {
  return new ProcessRuntime(options)
}

class ProcessRuntime implements AttemptRuntime {
  readonly name = 'process'
  readonly #live = new LiveParts()
  readonly #starting = new Map<string, Promise<Started>>()
  readonly #voided = new Set<string>()
  readonly #nullFile = openSync('/dev/null', 'r+')
  readonly #countGpus: CountGpus
  #controllers: Controllers | undefined

  constructor(options: ProcessRuntimeOptions) {
    this.#controllers = options.controllers
    this.#countGpus = options.countGpus ?? countGpus
  }

  async start(workload: Workload): Promise<Started> {
    const key = workload.controlFolder
    const running = this.#starting.get(key)
    if (running !== undefined) return running
    const promise = this.#start(workload)
    this.#starting.set(key, promise)
    try {
      return await promise
    } finally {
      this.#starting.delete(key)
    }
  }

  async inspect(workload: Workload): Promise<WorkloadState> {
    const found = await this.#find(workload, 0)
    if (!(found instanceof LivePart)) return found
    return found.ending ? found.done : { phase: 'running', startedAt: found.startedAt }
  }

  async wait(workload: Workload, signal?: AbortSignal): Promise<FinalState> {
    const found = await this.#find(workload, 0)
    const state = found instanceof LivePart ? await this.#live.end(found, signal) : found
    if (state.phase === 'absent') {
      throw new Problem('not_found', `workload ${workload.id} was never started: start it before waiting for it`)
    }
    await this.#stopParts(workload, { from: 1, graceMs: OTHERS_GRACE_MS })
    return state
  }

  async stop(workload: Workload, graceMs: number): Promise<void> {
    await this.#stopParts(workload, { from: 0, graceMs })
  }

  async readLog(controlFolder: string, from: number, maxBytes: number): Promise<LogPage> {
    await this.#starting.get(controlFolder)?.catch(() => undefined)
    let live = this.#live.get(controlFolder)
    const claimed = live !== undefined || isClaimed(controlFolder)
    if (live === undefined && claimed && hasRawLogs(controlFolder)) {
      // what an earlier core's part printed since then
      const found = await recoverPart(controlFolder, {
        live: this.#live,
        voided: this.#voided,
        environment: [],
        secrets: [],
      })
      if (found instanceof LivePart) live = found
    }
    live?.tick(Date.now())
    if (live?.ending === true) await live.done
    const ended = claimed && this.#live.get(controlFolder) === undefined && !hasRawLogs(controlFolder)
    const { lines, next, more } = readPage(controlFolder, from, maxBytes)
    return { lines, next, end: ended && !more }
  }

  async sweep(labels: Readonly<Record<string, string>>): Promise<void> {
    await killTraced({ environment: marksOfLabels(labels), outputs: [], session: null })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#starting.values())
    await this.#live[Symbol.asyncDispose]()
    closeSync(this.#nullFile)
  }

  async #start(workload: Workload): Promise<Started> {
    if (process.platform === 'win32') {
      throw new Problem('not_supported', 'processes cannot be run on Windows itself: use WSL or Docker')
    }
    const folders = workload.parts.map((_, index) => partFolder(workload, index))
    const claims = folders.map((folder) => (this.#live.get(folder) === undefined ? freshClaim(folder) : undefined))
    // the usual case: nobody was here before, and no other file has to be looked at
    const found = claims.includes(undefined) ? await this.#startedAlready(workload) : undefined
    if (found !== undefined) return found
    const commands = this.#resolveAll(workload, folders)
    const notEnforced = new Set<string>()
    let startedAt = 0
    for (const [index, command] of commands.entries()) {
      const live = await this.#launch(workload, { index, command, claimPath: claims[index] })
      if (index === 0) startedAt = live.startedAt
      for (const limit of live.groups?.notEnforced ?? []) notEnforced.add(limit)
    }
    return { startedAt, notEnforced: [...notEnforced] }
  }

  async #launch(
    workload: Workload,
    place: { index: number; command: ResolvedCommand; claimPath: string | undefined },
  ): Promise<LivePart> {
    const part = workload.parts[place.index]
    if (part === undefined) throw new Error('no such part')
    const folder = partFolder(workload, place.index)
    try {
      const live = await launch({
        part,
        command: place.command,
        folder,
        claimPath: place.claimPath ?? readClaim(folder).path,
        name: `minisub-${workload.id}-${part.role}`,
        environment: marksOfWorkload(workload),
        controllers: () => (this.#controllers ??= findControllers()),
        nullFile: this.#nullFile,
      })
      this.#voided.delete(folder)
      this.#live.add(live)
      return live
    } catch (error) {
      await this.#stopLaunched(workload, place.index)
      throw error
    }
  }

  /** A workload that cannot start as a whole does not start in part. */
  async #stopLaunched(workload: Workload, count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      const live = this.#live.get(partFolder(workload, index))
      if (live !== undefined) await stopPart(live, 0)
    }
  }

  #resolveAll(workload: Workload, folders: readonly string[]): ResolvedCommand[] {
    try {
      return workload.parts.map((part) => {
        checkGpus(part.limits.gpu, this.#countGpus)
        return resolveCommand(part)
      })
    } catch (error) {
      // nothing will ever come of this start, so that a reader of the log is not kept waiting
      for (const folder of folders) if (!this.#voided.has(folder)) voidIfFree(folder)
      throw error
    }
  }

  async #startedAlready(workload: Workload): Promise<Started | undefined> {
    const found = await this.#recover(workload, 0)
    const groups = workload.parts.map((_, index) => readGroups(partFolder(workload, index)))
    const notEnforced = [...new Set(groups.flatMap((group) => group?.notEnforced ?? []))]
    if (found instanceof LivePart) return { startedAt: found.startedAt, notEnforced }
    if (found.phase === 'absent') return undefined
    if (found.phase === 'exited') return { startedAt: found.exit.startedAt, notEnforced }
    const claim = readClaim(workload.controlFolder)
    return { startedAt: claim.holder === 'nobody' ? Date.now() : claim.since, notEnforced }
  }

  async #find(workload: Workload, index: number) {
    await this.#starting.get(workload.controlFolder)?.catch(() => undefined)
    return this.#recover(workload, index)
  }

  async #recover(workload: Workload, index: number) {
    const environment = marksOfWorkload(workload)
    const found = await recoverPart(partFolder(workload, index), {
      live: this.#live,
      voided: this.#voided,
      environment,
      secrets: workload.parts[index]?.secrets ?? [],
    })
    if (found instanceof LivePart) found.learn(environment)
    return found
  }

  async #stopParts(workload: Workload, { from, graceMs }: { from: number; graceMs: number }): Promise<void> {
    const stops = workload.parts.slice(from).map(async (_, offset) => {
      const found = await this.#find(workload, from + offset)
      if (found instanceof LivePart) await stopPart(found, graceMs)
      const outputs = outputsOf(partFolder(workload, from + offset))
      if (from === 0) await killTraced({ environment: marksOfWorkload(workload), outputs, session: null })
    })
    await Promise.all(stops)
  }
}

/** The first part has the control folder itself, the others one below it that is named by their role. */
function partFolder(workload: Workload, index: number): string {
  return index === 0 ? workload.controlFolder : join(workload.controlFolder, workload.parts[index]?.role ?? '')
}

function isClaimed(folder: string): boolean {
  const claim = readClaim(folder)
  return claim.holder !== 'nobody' || claim.voided
}

function voidIfFree(folder: string): void {
  const claim = readClaim(folder)
  if (claim.holder === 'nobody') makeVoid(claim.path)
}
