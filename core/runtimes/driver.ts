import type { ProblemCode } from '#core/base/problem-codes.ts'
import type { LogLine, LogPage, RunnerTracking } from '#core/attempts/index.ts'
import type { AttemptImage } from '#core/contract/events.ts'
import type { OutputDeclaration } from '#core/contract/definition.ts'
import type { OutputRecords } from '#core/contract/outputs.ts'

export type { LogLine, LogPage }

/**
 * The contract of runtimes that start attempts on this machine (process, docker). The local engine drives them; a
 * cluster's engine drives pods by itself and has a contract of its own.
 */

/** Upper bounds of one part; absent means no bound. */
export type Limits = {
  /** Cores, fractions allowed. */
  readonly cpu?: number
  /** Bytes. */
  readonly memory?: number
  /** Processes and threads at a time. */
  readonly pids?: number
  /** Bytes of /dev/shm. */
  readonly shm?: number
  /** Whole devices. */
  readonly gpu?: number
  /** False: no network but the loopback. */
  readonly network?: boolean
}

/** A host folder or file that a container sees; the process runtime has no mounts, its paths are the host's. */
export type Mount = { readonly source: string; readonly target: string; readonly readOnly: boolean }

/** Something that lies in a container before its command starts. Paths are absolute; a folder comes before what it holds. */
export type Placed =
  | { readonly kind: 'folder'; readonly path: string; readonly mode: number }
  | {
      readonly kind: 'file'
      readonly path: string
      readonly mode: number
      readonly size: number
      /** Path of the bytes on this machine. */
      readonly source: string
    }
  | { readonly kind: 'bytes'; readonly path: string; readonly mode: number; readonly bytes: string | Uint8Array }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }

export type Port = { readonly name: string; readonly containerPort: number }

/** One process or container of a workload. */
export type WorkloadPart = {
  /** What it is within its workload: `main`, `sidecar`, `worker-3`. Unique in the workload; `[a-z0-9-]+`. */
  readonly role: string
  /** An argument vector, never a shell string. */
  readonly command: readonly string[]
  /** The whole environment of a process; in a container it is laid over that of the image. */
  readonly env: Readonly<Record<string, string>>
  /** Absolute path where the command starts. */
  readonly workingFolder: string
  /** Container image; absent for the process runtime. */
  readonly image?: string
  readonly mounts: readonly Mount[]
  /** Copied into a container before it starts; the process runtime has none, whoever calls it places files itself. */
  readonly placed?: Iterable<Placed>
  /** What a container must leave, checked where it ran; the process runtime has none, its outputs are on this machine. */
  readonly outputs?: { readonly folder: string; readonly declared: Readonly<Record<string, OutputDeclaration>> }
  /** How calls of MLflow's client are taken in a container; its lines come to the control folder: `trackedPath`. */
  readonly tracking?: RunnerTracking
  readonly ports: readonly Port[]
  readonly limits: Limits
  /** Values that are replaced by `***` in the log. */
  readonly secrets?: readonly string[]
}

/** What a runtime starts: an attempt of a step, later also a notebook or an endpoint. */
export type Workload = {
  /** Unique for ever; `[A-Za-z0-9._-]+`. */
  readonly id: string
  /**
   * Found again by these: run, step, item, attempt; no two workloads carry the same. The environment of its parts says
   * the same (MINISUB_RUN_ID, MINISUB_STEP, MINISUB_ITEM, MINISUB_ATTEMPT), by which stray processes are found.
   */
  readonly labels: Readonly<Record<string, string>>
  /** A job ends by itself; a service runs until it is stopped. */
  readonly kind: 'job' | 'service'
  /** An existing folder of this workload alone, where the runtime keeps its files (pid, exit code, logs). */
  readonly controlFolder: string
  /**
   * Run time of the first part after which a container's runner stops it by itself, a few seconds after whoever drives
   * it should have; the process runtime leaves that to its caller.
   */
  readonly timeoutMs?: number
  /** At least one. The first decides: the workload ends when it does, and the others are stopped then. */
  readonly parts: readonly WorkloadPart[]
}

/** What a part used, as far as the system tells; null where it does not. */
export type Usage = {
  /** User plus system CPU time of the part and the children that it waited for. */
  readonly cpuSeconds: number | null
  readonly peakMemoryBytes: number | null
}

/** How one part ended. Times are epoch milliseconds. */
export type Exit = {
  readonly startedAt: number
  readonly finishedAt: number
  /** The exit code as a shell reports it: 128 + n after signal n. */
  readonly exitCode: number
  /** Name of the signal that ended it, such as `SIGKILL`; null after an ordinary exit. */
  readonly signal: string | null
  readonly usage: Usage
  /** True where the system says that it was killed for using more than its memory limit. */
  readonly outOfMemory?: boolean
  /** True where its step runner was asked to stop it from outside; a process has none that could say so. */
  readonly stopped?: boolean
  /** What is wrong with its outputs where the runtime itself checks them, or that it ended the command for its timeout. */
  readonly problem?: { readonly code: ProblemCode; readonly message: string }
}

export type WorkloadState =
  /** Never begun, and by now it cannot begin any more: starting it again is safe. */
  | { readonly phase: 'absent' }
  | { readonly phase: 'running'; readonly startedAt: number }
  /** `exit` is that of the first part. */
  | { readonly phase: 'exited'; readonly exit: Exit }
  /** It began, and nobody saw how it ended. */
  | { readonly phase: 'lost'; readonly reason: string }

export type FinalState = Extract<WorkloadState, { phase: 'exited' | 'lost' }>

/** A workload as start-up reconciliation needs it. */
export type Started = {
  /** Epoch milliseconds at which the command began. */
  readonly startedAt: number
  /** Limits that were asked for and that this system does not enforce, such as `memory`. */
  readonly notEnforced: readonly string[]
  /** Of the first part, where that is a container. */
  readonly image?: AttemptImage
}

/**
 * Runs workloads on this machine. Every call is safe to repeat. Disposing gives up pending waits with an AbortError and
 * leaves the workloads running for the next core.
 */
export type AttemptRuntime = AsyncDisposable & {
  readonly name: string
  /**
   * Starts a workload once, whatever happens: a second call, also by a later core, finds the first one.
   * Throws Problem `command_not_found` or `not_supported`; then nothing was started.
   */
  start(workload: Workload): Promise<Started>
  /** What became of it. The control folder is how a later core finds what an earlier one started. */
  inspect(workload: Workload): Promise<WorkloadState>
  /** Resolves when it has ended and its log is complete, for workloads of an earlier core too. Throws AbortError. */
  wait(workload: Workload, signal?: AbortSignal): Promise<FinalState>
  /** Asks to stop, waits `graceMs`, then kills everything it started. Returns when nothing is left of it. */
  stop(workload: Workload, graceMs: number): Promise<void>
  /**
   * Reads the log of the first part from an offset that an earlier page named (0 at first), or from so
   * many bytes before its end where negative; about `maxBytes` of it, at
   * least one line. The log of another part is that of the folder `<controlFolder>/<role>`.
   */
  readLog(controlFolder: string, from: number, maxBytes: number): Promise<LogPage>
  /** Ends and removes every process or container that carries all these labels and is still there. */
  sweep(labels: Readonly<Record<string, string>>): Promise<void>
  /**
   * Containers only: takes the declared outputs of a workload that exited with 0 and without a problem. Each file's
   * bytes are given to `keep` and are whole when it resolves. Safe to repeat until `remove`.
   */
  readonly collect?: (workload: Workload, keep: KeepFile) => Promise<OutputRecords>
  /**
   * Containers only: takes all that was tracked in a workload that has ended. Files are given to `keep`; then all lines are
   * in the control folder. Safe to repeat until `remove`.
   */
  readonly collectTracking?: (workload: Workload, keep: KeepFile) => Promise<void>
  /** Containers only: removes what is left of a workload that has ended. What `inspect` and `readLog` say stays. */
  readonly remove?: (workload: Workload) => Promise<void>
  /** Containers only: Problem `engine_unavailable` where nothing could be started now. */
  readonly check?: () => Promise<void>
}

/** Stores the bytes of one file, which must have this hash and size. */
export type KeepFile = (
  bytes: AsyncIterable<Uint8Array>,
  expected: { readonly sha256: string; readonly size: number },
) => Promise<void>
