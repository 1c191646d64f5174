import { existsSync } from 'node:fs'
import { isProblem } from '#core/base/problem.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import type { AttemptRuntime, FinalState, Started, Workload } from '#core/runtimes/driver.ts'
import {
  cancelledResult,
  failureResult,
  inputBytesOf,
  lostResult,
  outputBytesOf,
  resultOfExit,
} from './attempt-result.ts'
import { idOf } from './attempt-workload.ts'
import { recordsRead } from './read-output.ts'
import { isAway, withPatience } from './engine-patience.ts'
import type { AttemptReport, AttemptResult, AttemptTask, Executor } from './executor.ts'
import type { RunFacts } from './step-key.ts'
import type { Stage } from './stage.ts'
import { takeTracked } from './take-tracked.ts'

export type LocalExecutorOptions = {
  readonly runtime: AttemptRuntime
  readonly stage: Stage
  /** Files beside the document that steps read. */
  readonly files: RunFacts['files']
  /** Takes to this machine what of these records is only in a bucket. */
  readonly fetch?: (records: Iterable<OutputRecord>, signal: AbortSignal) => Promise<unknown>
  readonly now: () => number
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void
}

type Begun = Started & { readonly workload: Workload }

/** Runs attempts on a runtime of this machine: the stage makes ready and collects, the runtime starts, waits, stops. */
export class LocalExecutor implements Executor {
  readonly #options: LocalExecutorOptions
  /** Attempts whose command did not begin yet, by id. */
  readonly #preparing = new Map<string, AbortController>()
  /** Given up when this core no longer drives the run. */
  readonly #driving = new AbortController()

  constructor(options: LocalExecutorOptions) {
    this.#options = options
  }

  execute(task: AttemptTask, report: AttemptReport): void {
    const giveUp = new AbortController()
    const { now } = this.#options
    this.#preparing.set(idOf(task), giveUp)
    void this.#run(task, report, giveUp.signal)
      .catch((error: unknown) => (giveUp.signal.aborted ? cancelledResult(now()) : failureResult(error, now())))
      .then((result) => this.#end(task, report, result))
  }

  adopt(task: AttemptTask, report: AttemptReport): void {
    void this.#takeUp(task, report)
      .catch((error: unknown) => failureResult(error, this.#options.now()))
      .then((result) => (result === 'absent' ? report.absent() : this.#end(task, report, result)))
  }

  stop(task: AttemptTask, graceMs: number): void {
    this.#preparing.get(idOf(task))?.abort()
    this.#stop(task, graceMs).catch((error: unknown) => {
      if (!this.#driving.signal.aborted) this.#options.onError(error)
    })
  }

  release(task: AttemptTask): void {
    this.#options.stage.release(task)
  }

  detach(): void {
    this.#driving.abort()
    for (const giveUp of this.#preparing.values()) giveUp.abort()
  }

  async sweep(run: string): Promise<void> {
    const { runtime, stage } = this.#options
    await withPatience(() => runtime.sweep({ run }), this.#driving.signal).catch((error: unknown) => {
      // The core closes: the next one looks for what is left.
      if (!this.#driving.signal.aborted) throw error
    })
    await stage.clear()
  }

  async #stop(task: AttemptTask, graceMs: number): Promise<void> {
    const { stage, runtime } = this.#options
    const workload = stage.workload(task)
    // Stopping what never began makes sure that it never will.
    if (!existsSync(workload.controlFolder)) return
    await withPatience(() => runtime.stop(workload, graceMs), this.#driving.signal)
  }

  #end(task: AttemptTask, report: AttemptReport, result: AttemptResult): void {
    this.#preparing.delete(idOf(task))
    report.finished(result)
  }

  async #run(task: AttemptTask, report: AttemptReport, signal: AbortSignal): Promise<AttemptResult> {
    const { stage, runtime, now } = this.#options
    const begun = await withPatience(() => this.#begin(task, report, signal), signal)
    if (begun === undefined) return cancelledResult(now())
    this.#preparing.delete(idOf(task))
    report.started(begun.startedAt, begun.notEnforced, begun.image)
    stage.follow?.(task, this.#driving.signal)
    if (hasMore(task)) stage.makeNext()
    return this.#collect(task, await runtime.wait(begun.workload))
  }

  /** Undefined where it was given up before its command began. */
  async #begin(task: AttemptTask, report: AttemptReport, signal: AbortSignal): Promise<Begun | undefined> {
    await this.#options.fetch?.(recordsRead(task), signal)
    const workload = await this.#options.stage.prepare(task, report, signal)
    return signal.aborted ? undefined : { ...(await this.#options.runtime.start(workload)), workload }
  }

  async #takeUp(task: AttemptTask, report: AttemptReport): Promise<AttemptResult | 'absent'> {
    const { runtime, stage, now } = this.#options
    const workload = stage.workload(task)
    if (!existsSync(workload.controlFolder)) return 'absent'
    try {
      const state = await withPatience(() => runtime.inspect(workload), this.#driving.signal)
      if (state.phase === 'absent') {
        stage.release(task)
        return 'absent'
      }
      if (state.phase === 'running') {
        report.started(state.startedAt, [])
        stage.follow?.(task, this.#driving.signal)
      }
      if (state.phase === 'exited') report.started(state.exit.startedAt, [])
      return await this.#collect(task, state.phase === 'running' ? await runtime.wait(workload) : state)
    } catch (error) {
      // Nobody can say what became of it.
      if (isAway(error) && isProblem(error)) return lostResult(error.message, now())
      throw error
    }
  }

  async #collect(task: AttemptTask, final: FinalState): Promise<AttemptResult> {
    const { stage, files, now } = this.#options
    const isPatient = final.phase !== 'lost'
    await takeTracked(task, { ...this.#options, isPatient, signal: this.#driving.signal })
    if (final.phase === 'lost') return lostResult(final.reason, now())
    const result = resultOfExit(final.exit, inputBytesOf(task, files))
    if (result.outcome !== 'succeeded') return result
    try {
      const outputs = await withPatience(() => stage.collect(task), this.#driving.signal)
      return { ...result, outputs, outputBytes: outputBytesOf(outputs) }
    } catch (error) {
      if (!isProblem(error)) throw error
      if (isAway(error) || error.code === 'step_lost') return lostResult(error.message, now())
      return { ...result, outcome: 'failed', code: error.code, reason: error.message }
    }
  }
}

/** Whether another attempt of the run may follow. */
function hasMore({ state, step }: AttemptTask): boolean {
  return state.openSteps > 1 || step.final + step.occupied < step.count
}
