import type { Json, JsonObject } from '#core/base/json.ts'
import type { RunStatus } from '#core/contract/events.ts'
import type { PipelineService } from '#core/pipelines/index.ts'

/** Files of a project by path: their text, or their text with mode x. */
export type ProjectFiles = {
  readonly [path: string]: string | { readonly text: string; readonly executable: true }
}

/** What the log of a step run must hold, in the order of each stream. */
export type LogCheck = {
  /** All lines of stdout. */
  readonly stdout?: readonly string[]
  /** All lines of stderr. */
  readonly stderr?: readonly string[]
  /** So many lines of stdout, each as the function says: for logs that are too long to be written down. */
  readonly each?: { readonly count: number; readonly line: (index: number) => string }
  /** The lines of stdout without the line ends between them: a long line may have been cut into several. */
  readonly joined?: string
  /** Texts that stand nowhere. */
  readonly without?: readonly string[]
}

/** What a run must give, on every target. */
export type Expected = {
  readonly status: RunStatus
  /** Of the run. */
  readonly outputs?: JsonObject
  /**
   * One line for each step run, as `normalise` writes them: `train[0] succeeded: #1 > started > succeeded 0`. Lines may
   * stand in any order, what follows the colon may not.
   */
  readonly trace: readonly string[]
  /** By step run, such as `train[0]`, or `train[0]#2` for its second attempt; the latest one otherwise. */
  readonly logs?: { readonly [stepRun: string]: LogCheck }
}

type Request = {
  /** True: reads and writes the cache, which steps of other cases never hit. */
  readonly cache?: boolean
  readonly parameters?: JsonObject
  readonly parallelism?: number
}

/** The run is cancelled once the log of a step run has this line. */
type CancelWhen = { readonly cancelWhen?: { readonly step: string; readonly says: string } }

/** One part of a scenario. */
export type Act =
  | ({ readonly act: 'run'; readonly expected: Expected } & Request & CancelWhen)
  /** Resumes the run before. */
  | ({ readonly act: 'resume'; readonly withCode: boolean; readonly expected: Expected } & CancelWhen)
  /** Changes the project: files are written over. */
  | { readonly act: 'change'; readonly files?: ProjectFiles; readonly spec?: Spec }

/** The `spec` of a pipeline document; its steps have no environment, so that the target's own Python runs them. */
export type Spec = { readonly steps: { readonly [name: string]: object }; readonly [key: string]: Json | object }

/** A case as data: a project, what is done with it, and what every target must make of it. */
export type Case = {
  /** Lower-case words with hyphens; unique. */
  readonly name: string
  readonly group: string
  /** What holds when it passes, in one sentence. */
  readonly description: string
  /** Limits that the target must enforce, by the names that `notEnforced` has; where it does not, it is skipped. */
  readonly needs?: readonly string[]
  /** True: a step whose inputs were made in the same run is looked up in the cache, which a cluster cannot do. */
  readonly looksUpDuringRun?: true
  readonly spec: Spec
  readonly files?: ProjectFiles
  /** Set before the case begins. */
  readonly secrets?: readonly { readonly secret: string; readonly key: string; readonly value: string }[]
  readonly scenario: readonly Act[]
  /** Begins first, since it takes so long that all others may run beside it. */
  readonly slow?: true
}

/** A private engine for the suite, on a data folder of its own. */
export type ConformanceEngine = AsyncDisposable & {
  readonly service: PipelineService
  /** Keeps a secret for steps of this engine alone. */
  readonly setSecret: (secret: string, key: string, value: string) => Promise<void> | void
}
