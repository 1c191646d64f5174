import type { ProblemCode } from '#core/base/problem-codes.ts'
import type { OutputDeclaration } from '#core/contract/definition.ts'

/** Where everything of a step lies in a container. */
export const CONTAINER = {
  root: '/mini-submarine',
  code: '/mini-submarine/code',
  inputs: '/mini-submarine/inputs',
  outputs: '/mini-submarine/outputs',
  home: '/mini-submarine/home',
  /** A read-only volume or layer: `bin/node`, `lib/…`, `runner.mjs`. */
  runner: '/mini-submarine/runner',
  /** What the runner is told. It deletes the file when it has read it, since secrets are in it. */
  spec: '/mini-submarine/spec.json',
} as const

/** The records of what a step left, written by the runner into the outputs folder: no output can have this name. */
export const OUTPUTS_FILE = '.outputs.json'

/** All that the runner of one container is told, as JSON. */
export type RunnerSpec = {
  readonly version: 1
  /** Resolved: an argument vector, never a shell string. */
  readonly command: readonly string[]
  /** Laid over the environment of the image. */
  readonly env: Readonly<Record<string, string>>
  readonly workingFolder: string
  /** Null where nothing is to be collected. */
  readonly outputs: { readonly folder: string; readonly declared: Readonly<Record<string, OutputDeclaration>> } | null
  /** Values that are replaced by `***` in the log. */
  readonly secrets: readonly string[]
  /** Enforced by the runner too, for times when nobody else is there to do it; null for none. */
  readonly timeoutMs: number | null
  /** From asking to stop to killing. */
  readonly graceMs: number
}

/**
 * What the runner prints to its stdout, one record a line: `<kind><time in epoch ms> <rest>\n`. `o` and `e` are lines of
 * the command's stdout and stderr (masked, at most 64 KiB, as `cutLine` cuts them); `s` says that the command has
 * started; `u` is a sample, `[cpuSeconds, memoryBytes]`; `x` is the last one, the end as JSON.
 */
export type RunnerEnd = {
  /** Null where the command could not be started: `problem` then says why. */
  readonly exitCode: number | null
  /** Epoch ms at which the command itself ended. */
  readonly finishedAt: number
  readonly cpuSeconds: number | null
  readonly peakMemoryBytes: number | null
  readonly outOfMemory: boolean
  /** What asked the runner to stop: a signal from outside (docker stop, the engine's own end), or its own timeout. */
  readonly stoppedBy: 'signal' | 'timeout' | null
  /** Why the command did not start, or what is wrong with its outputs. */
  readonly problem: { readonly code: ProblemCode; readonly message: string } | null
}
