import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FinalState } from '../driver.ts'
import { groupUsage, removeGroups, type LimitGroups } from './limits.ts'
import type { LogCollector } from './log-collector.ts'
import { STREAMS } from '../../attempts/index.ts'
import { findProcesses, hasArgument, memoryBelow, type Trace } from './process-table.ts'
import { sendSignal } from './signals.ts'
import { killTraced } from './kill.ts'
import { readClaim, readExit, type ExitRecord } from './supervisor.ts'
import { saveUsage, toExit } from './usage.ts'

const FIRST_SAMPLE_MS = 50
const MOST_BETWEEN_SAMPLES_MS = 500
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
  #peakMemory: number | null = null
  #nextSample: number
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
    this.#nextSample = options.startedAt + FIRST_SAMPLE_MS
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

  /** Called every 50 ms or so: reads what was printed, samples memory, and sees whether an earlier core's part ended. */
  tick(now: number): void {
    if (this.#ending) return
    this.#collector?.poll()
    if (this.#child === undefined) this.#look(now)
    if (now >= this.#nextSample && (this.groups?.memory ?? null) === null) void this.#sample(now)
  }

  /** Leaves the process running, and its log to a later core. */
  async abandon(): Promise<void> {
    if (this.#ending) {
      await this.done
      return
    }
    this.#ending = true
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

  async #sample(now: number): Promise<void> {
    this.#nextSample = now + Math.min(MOST_BETWEEN_SAMPLES_MS, Math.max(FIRST_SAMPLE_MS, now - this.startedAt))
    const bytes = await memoryBelow(this.#pid)
    if (bytes !== null) this.#peakMemory = Math.max(bytes, this.#peakMemory ?? 0)
  }

  /** What fails in the tidying (a full disk, a process that does not die) must not cost the exit code: it is told again
   * by the call that meets it next, which is `stop`, `sweep` or `readLog`. */
  async #end(record: ExitRecord | undefined): Promise<void> {
    this.#ending = true
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
    const counted = groups === undefined ? undefined : groupUsage(groups)
    const peakMemoryBytes = counted?.peakMemoryBytes ?? this.#peakMemory
    const outOfMemory = counted?.outOfMemory === true
    if (groups !== undefined) await removeGroups(groups)
    if (peakMemoryBytes !== null || outOfMemory) saveUsage(this.folder, { peakMemoryBytes, outOfMemory })
  }
}

/** The raw files of a part as its processes see them. */
export function outputsOf(folder: string): string[] {
  return STREAMS.map((stream) => join(folder, stream))
}
