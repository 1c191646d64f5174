import { appendSample, sampleInterval } from '../../attempts/index.ts'
import { groupCpuSeconds, groupMemoryBytes, type Counters } from './group-usage.ts'
import { memoryBelow, usageBelow } from './process-table.ts'

const FIRST_LOOK_MS = 50
const MOST_BETWEEN_LOOKS_MS = 500

export type SamplerOptions = {
  /** The part's folder, where samples are kept. */
  readonly folder: string
  readonly startedAt: number
  readonly counters: Counters
}

/**
 * Watches what a part uses: its peak of memory where no control group counts it, and samples in its folder, the first
 * one after a second. What cannot be measured or written, on a full disk for instance, is left out.
 */
export class Sampler {
  readonly #options: SamplerOptions
  #peakMemory: number | null = null
  #cpuSeconds = 0
  #nextLook: number
  #nextSample: number
  #closed = false

  constructor(options: SamplerOptions) {
    const { counters, startedAt } = options
    this.#options = options
    this.#nextLook = counters.memory === null ? startedAt + FIRST_LOOK_MS : Number.POSITIVE_INFINITY
    this.#nextSample = startedAt + sampleInterval(0)
  }

  /** The largest sum of memory that was seen; null where nothing was, or a group counts it. */
  get peakMemory(): number | null {
    return this.#peakMemory
  }

  /** Called often; looks only when it is time to. `pid` is the supervisor's. */
  tick(now: number, pid: number): void {
    const elapsed = now - this.#options.startedAt
    if (now >= this.#nextLook) {
      this.#nextLook = now + Math.min(MOST_BETWEEN_LOOKS_MS, Math.max(FIRST_LOOK_MS, elapsed))
      this.#look(pid).catch(() => (this.#nextLook = Number.POSITIVE_INFINITY))
    }
    if (now >= this.#nextSample) {
      this.#nextSample = now + sampleInterval(elapsed)
      this.#sample(now, pid).catch(() => (this.#nextSample = Number.POSITIVE_INFINITY))
    }
  }

  /** Nothing is written from now on. */
  close(): void {
    this.#closed = true
  }

  async #look(pid: number): Promise<void> {
    const bytes = await memoryBelow(pid)
    if (bytes !== null) this.#peakMemory = Math.max(bytes, this.#peakMemory ?? 0)
  }

  async #sample(time: number, pid: number): Promise<void> {
    const { counters, folder } = this.#options
    const isCounted = counters.memory !== null && counters.cpu !== null
    const seen = isCounted ? null : await usageBelow(pid)
    if (this.#closed) return
    const cpuSeconds = groupCpuSeconds(counters) ?? this.#atLeast(seen?.cpuSeconds ?? null)
    const memoryBytes = groupMemoryBytes(counters) ?? seen?.memoryBytes ?? null
    if (cpuSeconds !== null || memoryBytes !== null) appendSample(folder, { time, cpuSeconds, memoryBytes })
  }

  /** Time of a process that nobody waited for leaves the table with it; what was used stays used. */
  #atLeast(cpuSeconds: number | null): number | null {
    if (cpuSeconds === null) return null
    this.#cpuSeconds = Math.max(cpuSeconds, this.#cpuSeconds)
    return this.#cpuSeconds
  }
}
