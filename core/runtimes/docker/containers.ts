import { mkdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FinalState } from '../driver.ts'
import { findContainer, removeContainer, type FoundContainer } from './container-calls.ts'
import {
  dropContainerRecord,
  readContainerRecord,
  endOf,
  endWithoutContainer,
  newContainerRecord,
  writeContainerRecord,
  type ContainerRecord,
} from './container-record.ts'
import { statusOf } from './engine-problems.ts'
import { containerName, isBeingMade, LABEL } from './labels.ts'
import { LiveContainer } from './live-container.ts'
import { makeContainer, startContainer, type MakeOptions } from './make-container.ts'
import type { Part } from './parts.ts'
import { foreignProblem, isRunnerMissing } from './start-problems.ts'

const LOOK_MS = 50

/** What became of a part; one that is or was followed by this core is told by its promises. */
export type Found = LiveContainer | FinalState | { readonly phase: 'absent' }

/** The containers that this core follows, and how those of earlier cores are found again. */
export class Containers {
  readonly #options: MakeOptions
  readonly #live = new Map<string, LiveContainer>()
  // parts for which the runner's volume was made again: once is enough
  readonly #healed = new Set<string>()

  constructor(options: MakeOptions) {
    this.#options = options
  }

  live(folder: string): LiveContainer | undefined {
    return this.#live.get(folder)
  }

  all(): LiveContainer[] {
    return [...this.#live.values()]
  }

  /** What became of a part. A container that was made and never started is removed: then it was not begun. */
  async find(part: Part): Promise<Found> {
    for (;;) {
      const known = this.#known(part.folder)
      if (known !== undefined) return known
      const client = await this.#options.engine.client()
      const name = containerName(part.workload, part.index)
      const found = await findContainer(client, name)
      const record = readContainerRecord(part.folder)
      if (found === undefined) return this.#known(part.folder) ?? endWithoutContainer(record)
      if (found.state.phase !== 'created') return this.#follow(part.folder, found)
      if (isBeingMade(name, found.labels[LABEL.maker])) await sleep(LOOK_MS)
      else await this.#removeCreated(part.folder, found.id)
    }
  }

  /**
   * The same by the folder alone, for who reads its log; undefined where nothing of it can run any more. One that has
   * ended is told when its log is complete.
   */
  async findByFolder(folder: string): Promise<LiveContainer | undefined> {
    const record = readContainerRecord(folder)
    if (record === undefined || endOf(record) !== undefined) return undefined
    const found = await findContainer(await this.#options.engine.client(), record.id)
    if (found === undefined || found.state.phase === 'created') return undefined
    const live = this.#follow(folder, found)
    if (found.state.phase === 'ended') await live.done
    return live
  }

  /** Makes and starts the container of a part; undefined where somebody else does so at this moment. */
  async start(part: Part): Promise<LiveContainer | undefined> {
    const { workload, index, folder } = part
    const own = workload.parts[index]
    if (own === undefined) throw new Error('no such part')
    const made = await makeContainer(this.#options, { workload, part: own, index })
    if (made === undefined) return undefined
    const client = await this.#options.engine.client()
    try {
      mkdirSync(folder, { recursive: true })
      const record = newContainerRecord(made.id, made)
      writeContainerRecord(folder, record)
      await startContainer(client, made.id, own)
      const live = this.#add(folder, record)
      await live.started
      return live
    } catch (error) {
      await this.#live.get(folder)?.abandon()
      this.#live.delete(folder)
      // first the record: one whose container is gone would tell of something that was lost
      dropContainerRecord(folder)
      await removeContainer(client, made.id, { force: true })
      if (isRunnerMissing(error) && !this.#healed.has(folder)) {
        this.#healed.add(folder)
        this.#options.runner.forget()
        return undefined
      }
      throw foreignProblem(error, made, own)
    }
  }

  /** Removes the container of a part, and its memory: afterwards its record alone tells of it, where it is kept. */
  async remove(part: Part, { keepRecord }: { readonly keepRecord: boolean }): Promise<void> {
    const live = this.#live.get(part.folder)
    const client = await this.#options.engine.client()
    await removeContainer(client, containerName(part.workload, part.index), { force: true })
    if (live !== undefined) {
      await Promise.allSettled([live.done])
      this.#forget(live)
    }
    if (!keepRecord) dropContainerRecord(part.folder)
  }

  #known(folder: string): Found | undefined {
    return this.#live.get(folder) ?? endOf(readContainerRecord(folder))
  }

  #follow(folder: string, { id }: FoundContainer): LiveContainer {
    const live = this.#live.get(folder)
    if (live !== undefined) return live
    let record = readContainerRecord(folder)
    if (record?.id !== id) {
      record = newContainerRecord(id)
      writeContainerRecord(folder, record)
    }
    return this.#add(folder, record)
  }

  #add(folder: string, record: ContainerRecord): LiveContainer {
    const live = new LiveContainer({ engine: this.#options.engine, folder, record })
    this.#live.set(folder, live)
    // what failed here, such as a full disk, is tried anew by whoever asks next
    live.done.catch(() => this.#forget(live))
    return live
  }

  #forget(live: LiveContainer): void {
    if (this.#live.get(live.folder) === live) this.#live.delete(live.folder)
  }

  /** Without force: one that a call of its dead maker starts at this very moment has begun, and stays. */
  async #removeCreated(folder: string, id: string): Promise<void> {
    try {
      await removeContainer(await this.#options.engine.client(), id, { force: false })
      dropContainerRecord(folder)
    } catch (error) {
      if (statusOf(error) !== 409) throw error
    }
  }
}
