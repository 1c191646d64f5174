import { Problem } from '#core/base/problem.ts'
import type { ProblemCode } from '#core/base/problem-codes.ts'
import type { OutputDeclaration } from '#core/contract/definition.ts'
import type { RunnerTracking } from './tracking.ts'

/** Where everything of a step lies in a container. */
export const CONTAINER = {
  root: '/mini-submarine',
  code: '/mini-submarine/code',
  inputs: '/mini-submarine/inputs',
  outputs: '/mini-submarine/outputs',
  home: '/mini-submarine/home',
  /** What the step tracks, see TRACKING_FILES; no output. */
  tracking: '/mini-submarine/tracking',
  /** A read-only volume or layer, or in pods a volume that another container filled: `bin/node`, `lib/…`, `runner.mjs`. */
  runner: '/mini-submarine-runner',
  /**
   * What the runner is told. It deletes the file when it has read it, since secrets are in it; where the image's user
   * may not delete in its folder it empties it, so the file has mode 0666.
   */
  spec: '/mini-submarine/spec.json',
} as const

/** The loader that Node was linked for, by platform. */
const LOADERS: Readonly<Record<string, string>> = {
  'linux/amd64': 'ld-linux-x86-64.so.2',
  'linux/arm64': 'ld-linux-aarch64.so.1',
}

/**
 * What keeps the runner small: a young generation of 1 MiB, one helper thread of V8, and room for the records of a million
 * files however small the container is. The thread has nothing to do: a compilation on it may wait for the main thread to
 * collect garbage while that waits for it at the end of Node, for ever (nodejs/node#54918). Other flags that were tried
 * (jitless, lite mode, single threaded) save nothing, and cost 10 ms, since they make Node drop its own code cache.
 */
const NODE_FLAGS = [
  '--max-semi-space-size=1',
  '--v8-pool-size=0',
  '--no-concurrent-recompilation',
  '--single-threaded-gc',
  '--max-old-space-size=1024',
] as const

/**
 * The entrypoint of every container on a platform such as `linux/amd64`; its command is empty. Node starts through the
 * loader and libraries that come with it, so the image needs none of them. Throws Problem `image_platform` where there
 * is no runner for the platform.
 */
export function runnerEntrypoint(platform: string): string[] {
  return [...startOf(platform), CONTAINER.spec]
}

/** The command of a step in a pod, see pod.ts. Throws Problem `image_platform`. */
export function podEntrypoint(platform: string): string[] {
  return [...startOf(platform), 'pod']
}

/**
 * The command that copies the runner, in a container of the runner's own image, into an empty volume that is mounted at
 * `target` there, and at CONTAINER.runner in the step's container. Throws Problem `image_platform`.
 */
export function runnerInstallCommand(platform: string, target: string): string[] {
  return [...startOf(platform), 'install', target]
}

/** The command of a container whose hook runs the command above: it ends when that is done. Throws Problem `image_platform`. */
export function runnerHoldCommand(platform: string, target: string): string[] {
  return [...startOf(platform), 'hold', target]
}

function startOf(platform: string): string[] {
  const loader = LOADERS[platform]
  if (loader === undefined) {
    throw new Problem(
      'image_platform',
      `steps run in containers of ${Object.keys(LOADERS).join(' and ')}, not of ${platform}: take an image for one of them`,
    )
  }
  const libraries = `${CONTAINER.runner}/lib`
  const loading = [`${libraries}/${loader}`, '--inhibit-cache', '--library-path', libraries]
  return [...loading, `${CONTAINER.runner}/bin/node`, ...NODE_FLAGS, `${CONTAINER.runner}/runner.mjs`]
}

/** How much later than `timeoutMs` the runner stops the command by itself: whoever drives it should be first. */
export const TIMEOUT_MARGIN_MS = 5_000

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
  /** Enforced by the runner too, TIMEOUT_MARGIN_MS later, for times when nobody else is there; null for none. */
  readonly timeoutMs: number | null
  /** From asking to stop to killing. */
  readonly graceMs: number
  /** Absent where nothing is tracked. */
  readonly tracking?: RunnerTracking
}

/**
 * What the runner prints to its stdout, one record a line: `<kind><time in epoch ms> <rest>\n`. `o` and `e` are lines of
 * the command's stdout and stderr (masked, at most 64 KiB, as `cutLine` cuts them), of long ones the last piece: `O` and
 * `E` before it are the others, since Docker's log spoils a character where it cuts what is above 16 KiB; `s` says that
 * the command has started; `u` is a sample, `[cpuSeconds, memoryBytes]`; `t` is a TrackingLine, all ASCII, or `null` where
 * something is kept that is told at the end; `x` is the last one, the end as JSON.
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
