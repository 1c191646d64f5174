import { availableParallelism } from 'node:os'
import { Problem } from '#core/base/problem.ts'
import { isFinalStep } from '#core/contract/events.ts'
import type { RerunPlace, RerunStart } from '#core/contract/pulled-step.ts'
import type { RunView } from '#core/contract/run.ts'
import type { Secrets } from '#core/secrets/index.ts'
import type { Blobs } from '#core/store/index.ts'
import { reachableStores, type FetchOptions } from '../fetch-files.ts'
import { foresee } from '../foresee.ts'
import type { Frozen } from '../freeze.ts'
import { createLookup } from '../lookup.ts'
import { onlyOf, type Only } from '../only.ts'
import type { FrozenRun, RunRow } from '../run-rows.ts'
import { stepOf } from '../run-state.ts'
import type { RunStore } from '../run-store.ts'
import { readSecrets } from '../secrets.ts'
import type { Progress, StepAddress } from '../service-types.ts'
import { choosePlace } from './choose-place.ts'
import { findImage, type FoundImage } from './find-image.ts'
import { pastAttempt, type PastAttempt } from './past-attempt.ts'
import { fetchReads, readsOf } from './step-reads.ts'

export type RerunOptions = FetchOptions & {
  readonly store: RunStore
  readonly blobs: Blobs
  readonly secrets: Pick<Secrets, 'read'>
  readonly now: () => number
  /** Writes a run and begins it. */
  readonly begin: (
    run: Pick<RunRow, 'pipeline' | 'digest' | 'target' | 'file' | 'definition'>,
    frozen: Frozen,
  ) => RunView
}

export type RerunWish = { readonly attempt?: number | undefined; readonly target?: RerunPlace | undefined }

/** See `PipelineService.rerunStep`. */
export async function rerunStep(
  options: RerunOptions,
  address: StepAddress,
  { attempt, target, ...progress }: RerunWish & Progress,
): Promise<RerunStart> {
  const past = pastAttempt(options.store, address, attempt)
  const { row, task } = past
  const place = await choosePlace(past, options.targets, target)
  await readSecrets(options.secrets, task.step.bound.planned.definition.secrets)
  await fetchReads(readsOf(task, row.frozen), options, progress)
  const { images } = place.target
  const found = images === null ? undefined : await findImage(past, { ...options, images }, progress)
  const frozen = await frozenOf(past, { ...options, found })
  mustBegin(past, frozen, options)
  // What was given up by now leaves no run behind.
  progress.signal?.throwIfAborted()
  const { pipeline, digest, file, definition } = row
  const again = { frozen, snapshot: past.snapshot, bound: task.state.plan }
  const run = options.begin({ pipeline, digest, file, definition, target: place.name }, again)
  return { run, notes: [...place.notes, ...(found?.notes ?? []), ...runNotes(past)] }
}

type Freezing = FetchOptions & { readonly found: FoundImage | undefined }

/** What the run of an attempt was frozen with, for that attempt alone, on this machine. */
async function frozenOf({ row, task }: PastAttempt, { found, ...options }: Freezing): Promise<FrozenRun> {
  const { cluster: _cluster, sent: _sent, stores: _stores, ...kept } = row.frozen
  const stores = await reachableStores(options)
  const { name } = task.step.bound.planned
  const image = found?.reference === undefined ? {} : { image: found.reference }
  const only: Only = { step: name, item: task.item, run: row.id, attempt: task.attempt, ...image }
  const parallelism = availableParallelism()
  return { ...kept, ...(stores.length === 0 ? {} : { stores }), parallelism, resumes: row.id, only }
}

/** Throws Problem `conflict` where the step would not begin: what it reads cannot be taken over any more. */
function mustBegin({ task, row }: PastAttempt, frozen: FrozenRun, options: RerunOptions): void {
  const { facts, stores = [], cache, resumes, only } = frozen
  if (only === undefined) return
  const lookUp = createLookup({ ...options, stores, cache, resumes, only })
  const { plan } = task.state
  const { state } = foresee(plan, { facts, lookUp, now: options.now, only: onlyOf(plan.plan, only) })
  const step = stepOf(state, only.step)
  if (step.active && !isFinalStep(step.status)) return
  const why = step.reason ?? 'what it reads is not there'
  const fix = 'resume the run, which makes anew what is missing'
  throw new Problem('conflict', `${only.step} of run ${row.id} cannot begin here (${why}): ${fix}`)
}

function runNotes({ task }: PastAttempt): string[] {
  const { usesRun, definition } = task.step.bound.planned
  const notes: string[] = []
  if (usesRun) notes.push('the step uses run.*, and this is another run: run.id differs')
  if (task.attempt > 1) notes.push(`MINISUB_ATTEMPT is 1 here and was ${task.attempt} there`)
  if (definition.retry.limit > 0) notes.push('it is tried once here, whatever its retry says')
  return notes
}
