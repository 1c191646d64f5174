import { Problem } from '#core/base/problem.ts'
import type { RerunPlace, PulledFacts, PulledShell, PulledStep } from '#core/contract/pulled-step.ts'
import type { BuiltEnvironment, Environments } from '#core/environments/index.ts'
import type { Blobs } from '#core/store/index.ts'
import { CONTAINER } from '#core/attempts/index.ts'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { foldersIn } from '../attempt-folders.ts'
import { resolveStep } from '../attempt-workload.ts'
import { CONTAINER_PATHS } from '../container-files.ts'
import type { FetchOptions } from '../fetch-files.ts'
import type { RunStore } from '../run-store.ts'
import type { Progress, StepAddress } from '../service-types.ts'
import { hostEnvironment, taskEnvironment } from '../step-environment.ts'
import { choosePlace, type Place } from './choose-place.ts'
import { findImage } from './find-image.ts'
import { readWholeLog, type LogOptions } from './attempt-log.ts'
import { pastAttempt, type PastAttempt } from './past-attempt.ts'
import { isOf, makePulledFolder, pulledFolder, pulledThere } from './pull-folder.ts'
import { endOf, factsOf } from './pulled-facts.ts'
import { ENVIRONMENT_FILE, variablesScript } from './pulled-script.ts'
import { fetchReads, readsOf } from './step-reads.ts'

export type PullOptions = FetchOptions &
  LogOptions & {
    readonly home: string
    readonly store: RunStore
    readonly blobs: Blobs
    readonly environments: Environments
  }

export type PullWish = {
  readonly attempt?: number | undefined
  /** An absolute path; below the data folder where absent. */
  readonly into?: string | undefined
  readonly force?: boolean
  /** Makes ready what a shell needs, there or at the usual place. */
  readonly shell?: RerunPlace | 'any' | undefined
}

/** See `PipelineService.pullStep`. */
export async function pullStep(
  options: PullOptions,
  address: StepAddress,
  { attempt, into, force = false, shell, ...progress }: PullWish & Progress,
): Promise<PulledStep> {
  const past = pastAttempt(options.store, address, attempt)
  if (past.finished === undefined) throw stillRuns(past)
  const folder = into ?? pulledFolder(options.home, past)
  const there = pulledThere(folder)
  if (there !== undefined && !isOf(there, past)) throw another(folder, there)
  const isNew = there === undefined || force
  if (isNew) await make(options, { past, folder }, progress)
  const facts = pulledThere(folder)
  if (facts === undefined) throw new Error(`${folder} is gone`)
  const ready = shell === undefined ? null : await makeReady(options, { past, folder, shell }, progress)
  return { folder, isNew, facts, shell: ready?.shell ?? null, notes: [...outcomeNotes(past), ...(ready?.notes ?? [])] }
}

type Pulled = { readonly past: PastAttempt; readonly folder: string }

async function make(options: PullOptions, { past, folder }: Pulled, progress: Progress): Promise<void> {
  await fetchReads(readsOf(past.task, past.row.frozen), options, progress)
  const { text, lastLine } = await readWholeLog(options, past)
  progress.signal?.throwIfAborted()
  progress.onLine?.(`writing ${folder}`)
  const facts = factsOf(past, endOf(past, lastLine), options.targets)
  await makePulledFolder(folder, past, { facts, log: text, blobs: options.blobs })
}

function stillRuns({ row, task }: PastAttempt): Problem {
  const what = `attempt ${task.attempt} of ${task.step.bound.planned.name} in run ${row.id}`
  return new Problem('conflict', `${what} still runs: wait for its end, or cancel the run`)
}

function another(folder: string, { run, step, attempt }: PulledFacts): Problem {
  return new Problem('conflict', `${folder} holds attempt ${attempt} of ${step} of run ${run}: name another folder`)
}

function outcomeNotes({ finished }: PastAttempt): string[] {
  return finished?.outcome === 'succeeded' ? ['this attempt succeeded: nothing of it has to be mended'] : []
}

type Ready = { readonly shell: PulledShell; readonly notes: readonly string[] }

async function makeReady(
  options: PullOptions,
  { past, folder, shell }: Pulled & { readonly shell: RerunPlace | 'any' },
  progress: Progress,
): Promise<Ready> {
  const place = await choosePlace(past, options.targets, shell === 'any' ? undefined : shell)
  if (place.name === 'docker') return inContainer(past, place, { ...progress, targets: options.targets })
  const built = await ensureEnvironment(past, options.environments, progress)
  const { task } = past
  const folders = foldersIn(folder)
  const host = hostEnvironment(built)
  writeFileSync(join(folder, ENVIRONMENT_FILE), variablesScript({ PATH: host['PATH'] ?? '', ...built?.env }), {
    mode: 0o600,
  })
  const { command, env } = resolveStep(task, folders.paths)
  const variables = { ...host, ...taskEnvironment(task, { folders, env }) }
  return { shell: { on: 'process', image: null, command: [...command], env: variables }, notes: place.notes }
}

async function inContainer(
  past: PastAttempt,
  { target, notes }: Place,
  { targets, ...progress }: Progress & Pick<PullOptions, 'targets'>,
): Promise<Ready> {
  if (target.images === null) throw new Error('containers without images')
  const found = await findImage(past, { images: target.images, targets }, progress)
  const { command, env } = resolveStep(past.task, CONTAINER_PATHS)
  const image = { id: found.image.image, user: found.image.user }
  const variables = taskEnvironment(past.task, { folders: CONTAINER, env })
  const shell: PulledShell = { on: 'docker', image, command: [...command], env: variables }
  return { shell, notes: [...notes, ...found.notes] }
}

async function ensureEnvironment(
  { row, task }: PastAttempt,
  environments: Environments,
  progress: Progress,
): Promise<BuiltEnvironment | null> {
  const name = task.step.bound.planned.definition.environment
  const frozen = name === null ? undefined : row.frozen.environments[name]
  return frozen === undefined ? null : environments.ensure(frozen.lock, progress)
}
