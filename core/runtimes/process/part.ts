import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FinalState } from '../driver.ts'
import { groupTotals } from './group-usage.ts'
import { removeGroups, type LimitGroups } from './limits.ts'
import type { LogCollector } from './log-collector.ts'
import { STREAMS } from '../../attempts/index.ts'
import { findProcesses, hasArgument, type Trace } from './process-table.ts'
import { Sampler } from './sampler.ts'
import { sendSignal } from './signals.ts'
import { killTraced } from './kill.ts'
import { readClaim, readExit, type ExitRecord } from './supervisor.ts'
import { saveUsage, toExit } from './usage.ts'

/** How often it is made sure that the process id of an earlier core's supervisor is still the supervisor's. */
const IDENTITY_CHECK_MS = 1000
const LAST_BREATH_MS = 1000

/** Why a part without an exit code is lost. */
export const LOST = 'its supervisor ended without writing an exit code: it was killed, or the machine went down'

export type PartOptions = {
  readonly folder: string
  readonly claimPath: string
  /** The supervisor's process id. */
  readonly pid: number
  readonly startedAt: number
  /** What marks its processes in their environment. */
  readonly environment: readonly string[]
  readonly collector: LogCollector | undefined
  readonly groups: LimitGroups | undefined
}

/** A part that this core looks after: its log, its memory, and the promise of its end. */
export class LivePart {
  readonly folder: string
  readonly startedAt: number
  readonly groups: LimitGroups | undefined
  /** How it ended; by then its log is complete and its process group is gone. */
  readonly done: Promise<FinalState>
  readonly #resolve: (state: FinalState) => void
  readonly #claimPath: string
  readonly #collector: LogCollector | undefined
  #environment: readonly string[]
  #pid: number
  #child: ChildProcess | undefined
  readonly #sampler: Sampler
  #nextCheck = 0
  #ending = false

  constructor(options: PartOptions) {
    const { promise, resolve } = Promise.withResolvers<FinalState>()
    this.done = promise
    this.#resolve = resolve
    this.folder = options.folder
    this.startedAt = options.startedAt
    this.groups = options.groups
    this.#claimPath = options.claimPath
    this.#collector = options.collector
    this.#environment = options.environment
    this.#pid = options.pid
    const { folder, startedAt, groups } = options
    this.#sampler = new Sampler({ folder, startedAt, counters: groups ?? NO_COUNTERS })
  }

  get pid(): number {
    return this.#pid
  }

  /** Whether the command has ended; `done` follows as soon as its log is complete. */
  get ending(): boolean {
    return this.#ending
  }

  /** What its processes are found by; the session counts only while the supervisor is known to live. */
  trace(): Trace {
    return { environment: this.#environment, outputs: outputsOf(this.folder), session: this.#ending ? null : this.#pid }
  }

  /** A part that was found by its folder alone learns its marks from the workload. */
  learn(environment: readonly string[]): void {
    this.#environment = environment
  }

  /** Follows a child of this process by its `exit` event; a part of an earlier core is followed by `tick` alone. */
  follow(child: ChildProcess): void {
    this.#child = child
    child.once('exit', () => this.#childEnded())
  }

  /** Called every 50 ms or so: reads what was printed, looks at what is used, and sees whether an earlier core's part ended. */
  tick(now: number): void {
    if (this.#ending) return
    this.#collector?.poll()
    if (this.#child === undefined) this.#look(now)
    if (!this.#ending) this.#sampler.tick(now, this.#pid)
  }

  /** Leaves the process running, and its log to a later core. */
  async abandon(): Promise<void> {
    if (this.#ending) {
      await this.done
      return
    }
    this.#ending = true
    this.#sampler.close()
    await this.#collector?.close()
  }

  #childEnded(): void {
    this.#child = undefined
    if (this.#ending) return
    const record = readExit(this.#claimPath)
    if (record === undefined) {
      const claim = readClaim(this.folder)
      if (claim.holder === 'supervisor' && claim.pid !== this.#pid) {
        // an earlier core's supervisor was quicker: ours has started nothing, theirs is the one to follow
        this.#pid = claim.pid
        this.tick(Date.now())
        return
      }
      // a child that was reaped just now: its group's number cannot have gone to others while members live
      sendSignal(-this.#pid, 'SIGKILL')
    }
    void this.#end(record)
  }

  #look(now: number): void {
    let record = readExit(this.#claimPath)
    if (record === undefined) {
      if (now < this.#nextCheck && sendSignal(this.#pid, 0)) return
      this.#nextCheck = now + IDENTITY_CHECK_MS
      if (hasArgument(this.#pid, this.#claimPath)) return
      record = readExit(this.#claimPath)
    }
    void this.#end(record)
  }

  /** What fails in the tidying (a full disk, a process that does not die) must not cost the exit code: it is told again
   * by the call that meets it next, which is `stop`, `sweep` or `readLog`. */
  async #end(record: ExitRecord | undefined): Promise<void> {
    this.#ending = true
    this.#sampler.close()
    await Promise.allSettled([record === undefined ? killTraced(this.trace()) : this.#groupGone()])
    await Promise.allSettled([this.#keepUsage(), this.#collector?.finish()])
    this.#resolve(
      record === undefined
        ? { phase: 'lost', reason: LOST }
        : { phase: 'exited', exit: toExit(this.folder, this.startedAt, record) },
    )
  }

  /** The supervisor has killed its group as its last act; this waits until the system has done so. */
  async #groupGone(): Promise<void> {
    for (const deadline = Date.now() + LAST_BREATH_MS; Date.now() < deadline; await sleep(2)) {
      // a group whose members only wait to be reaped still takes signals
      if (!sendSignal(-this.#pid, 0)) return
      if ((await findProcesses({ environment: [], outputs: [], session: this.#pid })).length === 0) return
    }
  }

  async #keepUsage(): Promise<void> {
    const { groups } = this
    const counted = groups === undefined ? undefined : groupTotals(groups)
    const cpuSeconds = counted?.cpuSeconds ?? null
    const peakMemoryBytes = counted?.peakMemoryBytes ?? this.#sampler.peakMemory
    const outOfMemory = counted?.outOfMemory === true
    if (groups !== undefined) await removeGroups(groups)
    if (cpuSeconds === null && peakMemoryBytes === null && !outOfMemory) return
    saveUsage(this.folder, { cpuSeconds, peakMemoryBytes, outOfMemory })
  }
}

const NO_COUNTERS = { memory: null, cpu: null }

/** The raw files of a part as its processes see them. */
export function outputsOf(folder: string): string[] {
  return STREAMS.map((stream) => join(folder, stream))
}
