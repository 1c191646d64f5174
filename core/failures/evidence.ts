import type { ProblemCode } from '#core/base/problem-codes.ts'
import type { PodView } from '#core/contract/run.ts'

/** One line of the log of an attempt. `number` counts from 1; null where the log is too long to be counted. */
export type EvidenceLine = {
  readonly number: number | null
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

/** All that is known of an attempt that failed, was lost, or waits. What is not known is null or empty. */
export type Evidence = {
  readonly runtime: 'process' | 'container' | 'pod'
  readonly code: ProblemCode | null
  readonly exitCode: number | null
  /** Such as `SIGKILL`. */
  readonly signal: string | null
  /** Why the attempt ended as it did, in the words of the core, which hold those of the engine or the cluster. */
  readonly reason: string | null
  /** Why it does not run yet, or did not for long, in the words of the cluster. */
  readonly waiting: string | null
  /** What the step asks for. */
  readonly limits: {
    readonly memoryBytes: number | null
    readonly shmBytes: number | null
    readonly timeoutSeconds: number | null
  }
  /** False where the step asked for no network. */
  readonly network: boolean
  /** The folder of the code as the program saw it; null where it is not known. */
  readonly codeFolder: string | null
  /** The end of the log, oldest first. The order of two lines of different streams is roughly that of the writing. */
  readonly log: readonly EvidenceLine[]
  /** As the cluster has it now. */
  readonly pod: PodView | null
}
