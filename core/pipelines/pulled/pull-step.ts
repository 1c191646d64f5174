import { Problem } from '#core/base/problem.ts'
import type { openTurns } from '#core/base/in-turn.ts'
import type { PulledFacts, RerunPlace, PulledShell, PulledStep } from '#core/contract/pulled-step.ts'
import type { BuiltEnvironment, Environments } from '#core/environments/index.ts'
import type { Blobs } from '#core/store/index.ts'
import { CONTAINER } from '#core/attempts/index.ts'
import { replaceFile } from '#core/files/index.ts'
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
import { findLastLine, logFolder, takeLog, type LogOptions } from './attempt-log.ts'
import { pastAttempt, type PastAttempt } from './past-attempt.ts'
import { isThere, makePulledFolder, mustBeOf, pulledFolder, pulledThere } from './pull-folder.ts'
import { endOf, factsOf } from './pulled-facts.ts'
import { ENVIRONMENT_FILE, variablesScript } from './pulled-script.ts'
import { realPlace } from './real-place.ts'
import { fetchReads, readsOf } from './step-reads.ts'

export type PullOptions = FetchOptions &
  LogOptions & {
    readonly home: string
    readonly store: RunStore
    readonly blobs: Blobs
    readonly environments: Environments
    /** Of two that make the same folder the second waits. */
    readonly inTurn: ReturnType<typeof openTurns>
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
  wish: PullWish & Progress,
): Promise<PulledStep> {
  const past = pastAttempt(options.store, address, wish.attempt)
  if (past.finished === undefined) throw stillRuns(past)
  const folder = wish.into ?? pulledFolder(options.home, past)
  return options.inTurn(realPlace(folder), () => bring(options, { past, folder }, wish))
}

type Pulled = { readonly past: PastAttempt; readonly folder: string }

/** What is known of the attempt is always told by the record of its run: a container may write to all of the folder. */
async function bring(
  options: PullOptions,
  { past, folder }: Pulled,
  { into, force = false, shell, ...progress }: PullWish & Progress,
): Promise<PulledStep> {
  // A folder of its own place is of this attempt, whatever became of it.
  const wasThere = force && into === undefined ? isThere(folder) : isPulled({ past, folder })
  const isNew = !wasThere || force
  const logNotes = isNew ? await make(options, { past, folder }, { ...progress, replaces: wasThere }) : []
  const facts = factsNow(options, past)
  const ready = shell === undefined ? null : await makeReady(options, { past, folder, shell }, progress)
  const notes = [...outcomeNotes(past), ...logNotes, ...(ready?.notes ?? [])]
  return { folder, isNew, facts, shell: ready?.shell ?? null, notes }
}

/** Whether the attempt is there already. Throws Problem `conflict` where something else is. */
function isPulled({ past, folder }: Pulled): boolean {
  const there = pulledThere(folder)
  if (there !== undefined) mustBeOf(there, { past, folder })
  return there !== undefined
}

function factsNow({ home, targets }: PullOptions, past: PastAttempt): PulledFacts {
  return factsOf(past, endOf(past, findLastLine(logFolder(home, past.task))), targets)
}

/** Resolves to what is missing, in sentences. */
async function make(
  options: PullOptions,
  { past, folder }: Pulled,
  { replaces, ...progress }: Progress & { readonly replaces: boolean },
): Promise<readonly string[]> {
  await fetchReads(readsOf(past.task, past.row.frozen), options, progress)
  const { control, notes } = await takeLog(options, past)
  progress.signal?.throwIfAborted()
  progress.onLine?.(`writing ${folder}`)
  const facts = factsNow(options, past)
  await makePulledFolder(folder, past, { facts, log: control, blobs: options.blobs, replaces })
  return notes
}

function stillRuns({ row, task }: PastAttempt): Problem {
  const what = `attempt ${task.attempt} of ${task.step.bound.planned.name} in run ${row.id}`
  return new Problem('conflict', `${what} still runs: wait for its end, or cancel the run`)
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
  // Its own shell gives who calls all else of this machine, proxies with their passwords among them.
  const { PATH = '' } = hostEnvironment(built)
  const host = { PATH, ...built?.env }
  const script = variablesScript(host)
  await replaceFile({ path: join(folder, ENVIRONMENT_FILE), mode: 0o600 }, script)
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
