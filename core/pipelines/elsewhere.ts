import { availableParallelism } from 'node:os'
import { Problem } from '#core/base/problem.ts'
import { isFinalStep } from '#core/contract/events.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import { bindPlan, type BoundPlan } from './bind.ts'
import { fetchFiles, reachableStores } from './fetch-files.ts'
import { requireStores, type Taken } from './require-stores.ts'
import { foresee } from './foresee.ts'
import { forTarget, type FreezeOptions, type Frozen } from './freeze.ts'
import { createLookup } from './lookup.ts'
import { mustPlayWhole } from './only.ts'
import type { RunRow } from './run-rows.ts'
import { stepOf, type RunState } from './run-state.ts'
import { readSecrets } from './secrets.ts'
import { checkTarget, findTarget, type Target } from './targets.ts'
import { planOf } from './validate.ts'

export type Wanted = {
  readonly target: string
  /** How many attempts may run at once; what is usual on the target where null. */
  readonly parallelism: number | null
}

export type ElsewhereOptions = Omit<
  FreezeOptions,
  'target' | 'parameters' | 'parameterTexts' | 'parallelism' | 'cache' | 'resumes'
>

/**
 * What a run is frozen with that takes over from another one, on any target: parameters, code, files and locks are those of
 * the other. What has succeeded in it by now is brought there. Throws a Problem where it could not run there.
 */
export async function readyElsewhere(from: RunRow, wanted: Wanted, options: ElsewhereOptions): Promise<Frozen> {
  mustPlayWhole(from)
  const { store, targets, secrets } = options
  const { cluster: _cluster, sent: _sent, stores: _stores, ...kept } = from.frozen
  const target = findTarget(targets, wanted.target)
  const bound = bindPlan(planOf(from.definition), kept.parameters)
  const snapshot = store.snapshot(kept.code)
  if (snapshot === undefined) throw new Error(`no code snapshot ${kept.code}`)
  checkEnvironments(from, target)
  await checkTarget(target)
  // A cluster may have secrets of its own.
  if (target.kind === 'local')
    for (const { definition } of bound.plan.steps) await readSecrets(secrets, definition.secrets)
  const stores = await reachableStores(options)
  requireStores(succeededIn(from, bound, options), { ...options, stores })
  const parallelism = wanted.parallelism ?? usualParallelism(target)
  const frozen = { ...kept, parallelism, resumes: from.id, ...(stores.length === 0 ? {} : { stores }) }
  const { digest } = from
  const asked = { ...options, ...frozen, parameterTexts: {}, target, digest }
  const ready = await forTarget({ frozen, snapshot, bound }, asked)
  if (target.kind === 'local') await bringHere(ready, options)
  return ready
}

function usualParallelism(target: Target): number | null {
  return target.kind === 'local' ? availableParallelism() : target.parallelism
}

/** Locks hold the packages of every platform, so that all but images can be had as processes too. */
function checkEnvironments({ frozen }: RunRow, target: Target): void {
  if (target.kind !== 'local' || target.images !== null) return
  const image = Object.entries(frozen.environments).find(([, { lock }]) => lock.kind !== 'python')
  if (image === undefined) return
  throw new Problem(
    'not_supported',
    `the environment "${image[0]}" is an image, which the process target cannot run: move it to docker or a cluster`,
  )
}

/** What the run that goes on takes over of this one, whatever buckets answer now. */
function* succeededIn({ id, frozen }: RunRow, bound: BoundPlan, options: ElsewhereOptions): Generator<Taken> {
  const stores = options.remote.stores()
  const lookUp = createLookup({ ...options, stores, cache: false, resumes: id })
  const { state } = foresee(bound, { facts: frozen.facts, lookUp, now: options.now })
  for (const { bound: it, items } of state.steps)
    for (const item of items) if (item?.status === 'cached') yield { step: it.planned.name, outputs: item.outputs }
}

/** Takes to this machine what steps that are to run read of those that are not, so that no bucket is needed any more. */
async function bringHere({ frozen, bound }: Frozen, options: ElsewhereOptions): Promise<void> {
  const { facts, cache, resumes, stores = [] } = frozen
  const lookUp = createLookup({ ...options, stores, cache, resumes })
  const { state } = foresee(bound, { facts, lookUp, now: options.now })
  await fetchFiles(takenOver(state), options, options)
}

function* takenOver(state: RunState): Generator<OutputRecord> {
  for (const step of state.steps) {
    const { readers } = step.bound.planned
    if (step.ends.cached === 0 || ![...readers].some((name) => !isFinalStep(stepOf(state, name).status))) continue
    for (const item of step.items) if (item?.status === 'cached') yield* Object.values(item.outputs)
  }
}
