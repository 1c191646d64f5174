import { readPage } from '#core/attempts/index.ts'
import type { OutputRecords } from '#core/contract/outputs.ts'
import { Problem } from '../../base/problem.ts'
import type { AttemptRuntime, FinalState, KeepFile, LogPage, Started, Workload, WorkloadState } from '../driver.ts'
import { beginWorkload, settled } from './begin.ts'
import { collectTracking } from './collect-tracking.ts'
import { collectOutputs } from './collect.ts'
import { Containers, type Found } from './containers.ts'
import type { DockerEngine } from './engine.ts'
import { openDockerImages } from './images.ts'
import { LiveContainer } from './live-container.ts'
import { isLogWhole } from './log-state.ts'
import { firstOf, partsOf, type Part } from './parts.ts'
import { RUNNER_BUNDLE } from './runner-image.ts'
import { openRunnerVolume } from './runner-volume.ts'
import { stopContainer } from './stop-container.ts'
import { sweepContainers } from './sweep.ts'
import { patiently, unlessAborted } from './waiting.ts'

/** How long the other parts of a workload may take to stop after its first part has ended. */
const OTHERS_GRACE_MS = 10_000

export type DockerRuntimeOptions = {
  /** The data folder: what another one started is never touched. */
  readonly home: string
  readonly engine: DockerEngine
  /** Path of the step runner's bundle; the one of this copy by default. */
  readonly runnerBundle?: string
}

/** Opens the runtime that starts workloads as containers. Disposing it leaves them running. */
export function openDockerRuntime(options: DockerRuntimeOptions): AttemptRuntime {
  return new DockerRuntime(options)
}

class DockerRuntime implements AttemptRuntime {
  readonly name = 'docker'
  readonly #home: string
  readonly #engine: DockerEngine
  readonly #containers: Containers
  readonly #starting = new Map<string, Promise<Started>>()
  readonly #closing = new AbortController()

  constructor({ home, engine, runnerBundle = RUNNER_BUNDLE }: DockerRuntimeOptions) {
    this.#home = home
    this.#engine = engine
    const images = openDockerImages({ engine })
    const runner = openRunnerVolume({ engine, images, bundle: runnerBundle })
    this.#containers = new Containers({ home, engine, images, runner })
  }

  async start(workload: Workload): Promise<Started> {
    const key = workload.controlFolder
    const running = this.#starting.get(key)
    if (running !== undefined) return running
    const promise = this.#guarded(() => beginWorkload(this.#containers, workload))
    this.#starting.set(key, promise)
    try {
      return await promise
    } finally {
      this.#starting.delete(key)
    }
  }

  async inspect(workload: Workload): Promise<WorkloadState> {
    const found = await this.#guarded(() => this.#find(workload))
    if (!(found instanceof LiveContainer)) return found
    const startedAt = found.isOver ? undefined : await found.started.catch(() => undefined)
    if (startedAt !== undefined && !found.isOver) return { phase: 'running', startedAt }
    return this.#guarded(() => settled(this.#containers, firstOf(workload), found))
  }

  async wait(workload: Workload, signal?: AbortSignal): Promise<FinalState> {
    const state = await unlessAborted(
      patiently(this.#engine, this.#closing.signal, () => this.#end(workload)),
      signal,
    )
    if (state.phase === 'absent') {
      throw new Problem('not_found', `workload ${workload.id} was never started: start it before waiting for it`)
    }
    await this.#guarded(() => this.#stopParts(partsOf(workload).slice(1), OTHERS_GRACE_MS))
    return state
  }

  async stop(workload: Workload, graceMs: number): Promise<void> {
    await this.#starting.get(workload.controlFolder)?.catch(() => undefined)
    await this.#guarded(() => this.#stopParts(partsOf(workload), graceMs))
  }

  async readLog(controlFolder: string, from: number, maxBytes: number): Promise<LogPage> {
    await this.#starting.get(controlFolder)?.catch(() => undefined)
    const isWhole = await isLogWhole(this.#engine, this.#containers, controlFolder)
    const { lines, next, more } = readPage(controlFolder, from, maxBytes)
    return { lines, next, end: isWhole && !more }
  }

  async sweep(labels: Readonly<Record<string, string>>): Promise<void> {
    await this.#guarded(() =>
      sweepContainers({ home: this.#home, engine: this.#engine, containers: this.#containers }, labels),
    )
  }

  async collect(workload: Workload, keep: KeepFile): Promise<OutputRecords> {
    return this.#guarded(() => collectOutputs(this.#engine, workload, keep))
  }

  async collectTracking(workload: Workload, keep: KeepFile): Promise<void> {
    await this.#guarded(() => collectTracking(this.#engine, workload, keep))
  }

  async remove(workload: Workload): Promise<void> {
    await this.#guarded(async () => {
      await Promise.all(partsOf(workload).map((part) => this.#containers.remove(part, { keepRecord: true })))
    })
  }

  async check(): Promise<void> {
    await this.#guarded(async () => (await this.#engine.client()).ping())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await Promise.allSettled(this.#starting.values())
    await Promise.all(this.#containers.all().map((live) => live.abandon()))
  }

  async #find(workload: Workload): Promise<Found> {
    await this.#starting.get(workload.controlFolder)?.catch(() => undefined)
    return this.#containers.find(firstOf(workload))
  }

  async #end(workload: Workload): Promise<FinalState | { readonly phase: 'absent' }> {
    const found = await this.#find(workload)
    return found instanceof LiveContainer ? settled(this.#containers, firstOf(workload), found) : found
  }

  async #stopParts(parts: readonly Part[], graceMs: number): Promise<void> {
    const stops = parts.map(async (part) => {
      const found = await this.#containers.find(part)
      if (found instanceof LiveContainer) await stopContainer(this.#engine, found, graceMs)
    })
    await Promise.all(stops)
  }

  async #guarded<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      throw this.#engine.asProblem(error)
    }
  }
}
