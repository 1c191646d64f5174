import { didYouMean } from '#core/base/nearest.ts'
import { Problem } from '#core/base/problem.ts'
import type { TargetView } from '#core/contract/routes-targets.ts'
import type { ImageEnvironments } from '#core/environments/index.ts'
import type { AttemptRuntime } from '#core/runtimes/driver.ts'
import type { ClusterTarget } from './cluster-target.ts'

/** Where the local engine plays runs: a runtime, and where that runs containers their images. */
export type LocalTarget = {
  readonly kind: 'local'
  readonly runtime: AttemptRuntime
  /** Null where attempts are processes. */
  readonly images: ImageEnvironments | null
  /** What it is and whether something could be started there now. */
  readonly describe: () => Promise<Omit<TargetView, 'name'>>
}

/** Where runs can play. */
export type Target = LocalTarget | ClusterTarget

/** By the names that a request may have; what there is may change. */
export type Targets = { get(name: string): Target | undefined; keys(): Iterable<string> }

/** The target whose attempts are processes of this machine. */
export function processTarget(runtime: AttemptRuntime): LocalTarget {
  const view = { status: 'ready', description: 'processes of this machine', reason: null } as const
  return { kind: 'local', runtime, images: null, describe: () => Promise.resolve(view) }
}

/** The target of a name. Throws Problem `not_supported` with the names that are known. */
export function findTarget(targets: Targets, name: string): Target {
  const target = targets.get(name)
  if (target !== undefined) return target
  const hint = didYouMean(name, targets.keys())
  throw new Problem('not_supported', `there is no target "${name}"${hint}`, { path: 'target' })
}

/** A target of this machine. Throws Problem `not_supported` for a cluster. */
export function findLocalTarget(targets: Targets, name: string): LocalTarget {
  const target = findTarget(targets, name)
  if (target.kind === 'local') return target
  throw new Problem('not_supported', `${name} is a cluster: name process or docker`, { path: 'target' })
}

/** Throws a Problem where nothing could be started on a target now. */
export async function checkTarget(target: Target): Promise<void> {
  await (target.kind === 'local' ? target.runtime.check?.() : target.check())
}

/** The images of the first target of this machine that has some; null where none has. */
export function imagesOf(targets: Targets): ImageEnvironments | null {
  for (const name of targets.keys()) {
    const target = targets.get(name)
    if (target?.kind === 'local' && target.images !== null) return target.images
  }
  return null
}

/** Every target as a client sees it. */
export function listTargets(targets: Targets): Promise<TargetView[]> {
  return Promise.all(
    [...targets.keys()].map(async (name) => ({ name, ...(await findTarget(targets, name).describe()) })),
  )
}
