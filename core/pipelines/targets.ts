import { didYouMean } from '#core/base/nearest.ts'
import { Problem } from '#core/base/problem.ts'
import type { TargetView } from '#core/contract/routes-targets.ts'
import type { ImageEnvironments } from '#core/environments/index.ts'
import type { AttemptRuntime } from '#core/runtimes/driver.ts'

/** Where runs can play: a runtime, and where it runs containers their images. */
export type Target = {
  readonly runtime: AttemptRuntime
  /** Null where attempts are processes. */
  readonly images: ImageEnvironments | null
  /** What it is and whether something could be started there now. */
  readonly describe: () => Promise<Omit<TargetView, 'name'>>
}

/** By the names that a request may have. */
export type Targets = ReadonlyMap<string, Target>

/** The target whose attempts are processes of this machine. */
export function processTarget(runtime: AttemptRuntime): Target {
  const view = { status: 'ready', description: 'processes of this machine', reason: null } as const
  return { runtime, images: null, describe: () => Promise.resolve(view) }
}

/** The target of a name. Throws Problem `not_supported` with the names that are known. */
export function findTarget<T>(targets: ReadonlyMap<string, T>, name: string): T {
  const target = targets.get(name)
  if (target !== undefined) return target
  throw new Problem('not_supported', `there is no target "${name}"${didYouMean(name, targets.keys())}`, {
    path: 'target',
  })
}

/** The images of the first target that has some; null where none has. */
export function imagesOf(targets: Targets): ImageEnvironments | null {
  return [...targets.values()].find(({ images }) => images !== null)?.images ?? null
}

/** Every target as a client sees it. */
export function listTargets(targets: Targets): Promise<TargetView[]> {
  return Promise.all([...targets].map(async ([name, { describe }]) => ({ name, ...(await describe()) })))
}
