import type Dockerode from 'dockerode'
import { Problem } from '../../base/problem.ts'
import type { FinalState } from '../driver.ts'
import { findContainer, isGone, waitForEnd } from './container-calls.ts'
import { readContainerLog, type LogReading } from './container-log.ts'
import { readContainerRecord, updateContainerRecord, type ContainerRecord } from './container-record.ts'
import type { DockerEngine } from './engine.ts'
import { isUnreachable } from './engine-problems.ts'
import { judge, type ContainerState } from './judge.ts'
import { LogWriter } from '#core/attempts/index.ts'
import { ENGINE_AWAY_MS, engineAway, Patience } from './patience.ts'

/** A part of a workload whose command never began, and why. */
export type NotBegun = { readonly phase: 'absent'; readonly problem: Problem }

export type LiveOptions = {
  readonly engine: DockerEngine
  /** The control folder of the part; its container.json is there. */
  readonly folder: string
  readonly record: ContainerRecord
}

/** A container that was started and that this core follows: its log, its samples, and the promise of its end. */
export class LiveContainer {
  readonly folder: string
  readonly id: string
  /** Epoch milliseconds at which the command began. Rejects with the Problem for which it did not. */
  readonly started: Promise<number>
  /** How it ended; by then its log is complete and nothing of it runs. Rejects with AbortError after `abandon`. */
  readonly done: Promise<FinalState | NotBegun>
  readonly #engine: DockerEngine
  readonly #abort = new AbortController()
  readonly #begun: (time: number) => void
  #isOver = false

  constructor({ engine, folder, record }: LiveOptions) {
    this.#engine = engine
    this.folder = folder
    this.id = record.id
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    this.started = promise
    this.#begun = resolve
    if (record.startedAt !== null) resolve(record.startedAt)
    this.done = this.#follow(new LogWriter(folder))
    this.done.then((state) => reject(notBegun(state)), reject)
    for (const outcome of [this.started, this.done]) outcome.catch(() => undefined)
  }

  /** Whether `done` is settled. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Leaves the container running, and its log to a later core. */
  async abandon(): Promise<void> {
    this.#abort.abort()
    await Promise.allSettled([this.done])
  }

  async #follow(writer: LogWriter): Promise<FinalState | NotBegun> {
    try {
      return await this.#readToEnd(writer)
    } finally {
      this.#isOver = true
      writer.close()
    }
  }

  /** Reads the log again from its beginning until it is known to be whole, whatever becomes of streams and engine. */
  async #readToEnd(writer: LogWriter): Promise<FinalState | NotBegun> {
    const patience = new Patience(ENGINE_AWAY_MS)
    let wasOver = false
    for (;;) {
      try {
        const reading = await this.#read(writer, patience)
        if (reading.end !== undefined) return this.#judge(reading, { phase: 'running' })
        const state = await this.#state()
        // a log that was read to its end after the container's own end is all there will ever be
        if (wasOver && state.phase !== 'running') return this.#judge(reading, state)
        wasOver = state.phase !== 'running'
        if (wasOver) continue
      } catch (error) {
        this.#abort.signal.throwIfAborted()
        if (isGone(error)) return this.#judge({ end: undefined, stderr: '' }, { phase: 'gone' })
        if (!isUnreachable(this.#engine.asProblem(error))) throw this.#engine.asProblem(error)
      }
      if (await patience.again(this.#abort.signal)) continue
      return engineAway()
    }
  }

  /** Reads to the runner's last record, and then waits until the container has ended too. */
  async #read(writer: LogWriter, patience: Patience): Promise<LogReading> {
    const { signal } = this.#abort
    const container = await this.#container()
    const over = new AbortController()
    const ended = waitForEnd(container, AbortSignal.any([signal, over.signal]))
    try {
      const reading = await readContainerLog(container, {
        writer,
        signal,
        ended,
        onStarted: (time) => this.#hasStarted(time),
        onOpen: () => patience.reset(),
      })
      if (reading.end !== undefined) await ended
      signal.throwIfAborted()
      return reading
    } finally {
      // the next reading waits anew
      over.abort()
    }
  }

  #hasStarted(time: number): void {
    if (readContainerRecord(this.folder)?.startedAt === null) updateContainerRecord(this.folder, { startedAt: time })
    this.#begun(time)
  }

  #judge({ end, stderr }: LogReading, state: ContainerState): FinalState | NotBegun {
    if (end !== undefined && end.exitCode === null && end.problem !== null) {
      return { phase: 'absent', problem: new Problem(end.problem.code, end.problem.message) }
    }
    const record = readContainerRecord(this.folder)
    if (record === undefined) throw new Error(`${this.folder} has lost its container.json`)
    const verdict = judge({ folder: this.folder, record, end, stderr, state })
    updateContainerRecord(this.folder, verdict.phase === 'exited' ? { exit: verdict.exit } : { lost: verdict.reason })
    return verdict
  }

  async #state(): Promise<ContainerState> {
    const found = await findContainer(await this.#engine.client(), this.id)
    return found?.state ?? { phase: 'gone' }
  }

  async #container(): Promise<Dockerode.Container> {
    return (await this.#engine.streams()).getContainer(this.id)
  }
}

function notBegun(state: FinalState | NotBegun): unknown {
  if (state.phase === 'absent') return state.problem
  const reason = state.phase === 'lost' ? state.reason : 'it ended before its command began'
  return new Problem('step_lost', `the container did not start its command: ${reason}: run the step again`)
}
