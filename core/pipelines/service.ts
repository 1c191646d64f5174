import { newId } from '#core/base/id.ts'
import { Problem } from '#core/base/problem.ts'
import { isFinalRun, type Moved } from '#core/contract/events.ts'
import type { Prices } from '#core/contract/prices.ts'
import { RunRequest, type RunSummary, type RunView } from '#core/contract/run.ts'
import type { Environments } from '#core/environments/index.ts'
import type { Secrets } from '#core/secrets/index.ts'
import type { Blobs, Store } from '#core/store/index.ts'
import { bindPlan } from './bind.ts'
import { openChanges, type Changes } from './changes.ts'
import { clusterVerbs } from './cluster-verbs.ts'
import { compilePipeline } from './compile-pipeline.ts'
import { checkRequest } from './check-request.ts'
import { documentVerbs } from './document-verbs.ts'
import { environmentVerbs } from './environment-verbs.ts'
import { openFileIndex, type FileIndex } from './file-index.ts'
import { findRun } from './find-run.ts'
import { folderVerbs } from './folder-verbs.ts'
import { openHandover, type RunHandover } from './handover.ts'
import { forTarget, freezeRun, type FreezeOptions, type Frozen } from './freeze.ts'
import { HistoryStore } from './history-store.ts'
import { LiveRuns } from './live-runs.ts'
import { readPipelineFile, type PipelineFile } from './pipeline-file.ts'
import { pulledVerbs } from './pulled/verbs.ts'
import { readingVerbs, showRun } from './reading.ts'
import { openRemoteFiles, type RemoteFiles } from './remote-files.ts'
import { RunListStore } from './run-list-store.ts'
import type { RunRow } from './run-rows.ts'
import { RunStore } from './run-store.ts'
import { pushVerbs } from './push-verbs.ts'
import type { PipelineService, Progress, RunOrigin } from './service-types.ts'
import type { StepTracking } from './step-tracking.ts'
import { checkTarget, findTarget, listTargets, type Targets } from './targets.ts'
import { surveyPipeline } from './survey.ts'
import { openScheduledRuns, type ScheduledRuns } from './scheduled-runs.ts'
import { planOf } from './validate.ts'
import { twinsOf } from './twins.ts'
import { summaryOf } from './views.ts'

export type PipelineOptions = {
  readonly home: string
  readonly store: Store
  readonly blobs: Blobs
  readonly environments: Environments
  readonly secrets: Pick<Secrets, 'read' | 'hidden'>
  readonly targets: Targets
  /** Tracks what steps do; nothing is tracked where it is absent. */
  readonly tracking?: StepTracking
  /** Makes versions of models; as `tracking` does it where absent. */
  readonly register?: StepTracking['register']
  readonly now?: () => number
  /** The prices of the data folder, read anew; none where absent. Throws a Problem where they are not valid. */
  readonly prices?: () => Prices | null
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void
}

type Context = Required<Omit<PipelineOptions, 'store' | 'onError' | 'tracking' | 'register'>> & {
  readonly store: RunStore
  readonly index: FileIndex
  readonly remote: RemoteFiles
  readonly runs: RunListStore
  readonly changes: Changes
  readonly live: LiveRuns
}

/** Pipelines and runs, also those that clusters begin by themselves, and how runs go on elsewhere. */
export type Pipelines = PipelineService &
  Disposable & { readonly scheduled: ScheduledRuns; readonly handover: RunHandover }

/** Opens pipelines and runs: takes up what an earlier core left, and answers until it is disposed. */
export function openPipelines(options: PipelineOptions): Pipelines {
  const store = new RunStore(options.store)
  const runs = new RunListStore(options.store)
  const changes = openChanges(runs, options.onError)
  const index = openFileIndex(options.store.db)
  const remote = openRemoteFiles(options.store)
  const prices = options.prices ?? (() => null)
  const base = { ...options, now: options.now ?? Date.now, prices, store, index, remote, runs, changes }
  const { tracking } = options
  const register = options.register ?? (tracking && ((registration) => tracking.register(registration)))
  const context: Context = { ...base, live: new LiveRuns({ ...base, register, tracking: options.tracking }) }
  const { live } = context
  live.recover()
  return {
    ...documentVerbs(context),
    ...environmentVerbs(context),
    ...readingVerbs({ ...context, history: new HistoryStore(options.store) }),
    ...clusterVerbs(context),
    ...pushVerbs(context),
    ...pulledVerbs({ ...context, begin: (run, frozen) => insert(context, run, frozen) }),
    compile: (request, progress) => compilePipeline(request, { ...context, ...progress }),
    survey: (request, progress) => surveyPipeline(request, { ...context, ...progress }),
    ...folderVerbs({ ...context, store: options.store }),
    list: (filter) => listRuns(runs, filter),
    twins: (run) => twinsOf(runs, findRun(store, run)),
    check: (request) => checkRequest(request, context),
    targets: () => listTargets(options.targets),
    start: (request, progress, origin) => start(context, request, { ...progress, origin }),
    resume: (run, how) => resume(context, run, how),
    cancel: (id, how) => cancel(context, id, how),
    onChange: (listener) => changes.onChange(listener),
    subscribe: (run, listener) => live.subscribe(findRun(store, run).id, listener),
    readArtifact: (sha256, range) => context.blobs.read(sha256, range),
    activeRuns: () => live.count(),
    usesEnvironment: (digest) => live.usesEnvironment(digest),
    runOn: (target) => store.unfinishedOn(target),
    scheduled: openScheduledRuns({ ...context, begin: (run, frozen) => insert(context, run, frozen) }),
    handover: openHandover({
      ...context,
      insert: (from, { target, origin }, frozen) => {
        const goesOn = { run: from.id, target: from.target }
        return insert(context, { ...sameAs(from), target, origin, goesOn }, frozen)
      },
    }),
    [Symbol.dispose]: () => live.detach(),
  }
}

async function cancel({ store, targets, live }: Context, id: string, { force = false } = {}): Promise<void> {
  const { id: run, status, target } = findRun(store, id)
  if (isFinalRun(status)) throw new Problem('conflict', `run ${run} is over (${status}): there is nothing to cancel`)
  if (force && findTarget(targets, target).kind !== 'cluster') {
    throw new Problem('not_supported', `run ${run} is on this machine, where a cancel ends all of it: leave out force`)
  }
  await live.cancel(run, { abandon: force })
}

function listRuns(
  runs: RunListStore,
  { file: pipeline, ...filter }: Parameters<PipelineService['list']>[0],
): RunSummary[] {
  const file = pipeline === undefined ? undefined : runs.fileOf(pipeline)
  if (file === undefined && pipeline !== undefined) return []
  return runs.list({ ...filter, ...(file === undefined ? {} : { file }) }).map(summaryOf)
}

/** Without an origin somebody here begins it, under an id that is made then. */
type Beginning = Progress & { readonly origin?: RunOrigin | undefined; readonly mayBegin?: (() => void) | undefined }

async function start(context: Context, request: RunRequest, how: Beginning): Promise<RunView> {
  const { origin } = how
  if (origin !== undefined && context.store.get(origin.id) !== undefined) return showRun(context.store, origin.id)
  const { file, parallelism, ...rest } = RunRequest.parse(request)
  const limit = parallelism === undefined ? {} : { parallelism }
  return begin(context, await readPipelineFile(file), { ...rest, ...limit, ...how, resumes: null })
}

type Freeze = Omit<FreezeOptions, 'home' | 'blobs' | 'store' | 'remote' | 'now' | 'index' | 'targets' | 'secrets'> &
  Beginning

async function begin(context: Context, pipeline: PipelineFile, freeze: Freeze): Promise<RunView> {
  const { origin } = freeze
  const frozen = await freezeRun(pipeline, { ...freeze, ...context })
  // What was given up by now leaves no run behind.
  freeze.signal?.throwIfAborted()
  freeze.mayBegin?.()
  const { definition, digest } = pipeline.plan
  const { name } = definition
  const run = { pipeline: name, digest, target: freeze.target, file: pipeline.file, definition, origin }
  return insert(context, run, frozen)
}

type NewRun = Pick<RunRow, 'pipeline' | 'digest' | 'target' | 'file' | 'definition'> & {
  readonly origin?: RunOrigin | undefined
  /** The run that goes on as this one. */
  readonly goesOn?: Moved
  /** Now where absent. */
  readonly createdAt?: number
}

/** The row first, then the run. */
function insert(
  { store, runs, changes, live, now }: Context,
  run: NewRun,
  { frozen, snapshot, bound }: Frozen,
): RunView {
  const { origin = { id: newId<'run'>(), createdBy: 'local' }, createdAt = now(), goesOn, ...asked } = run
  if (store.get(origin.id) !== undefined) return showRun(store, origin.id)
  const fresh = {
    ...origin,
    status: 'pending',
    createdAt,
    startedAt: null,
    finishedAt: null,
    outputs: {},
    folded: true,
    movedTo: null,
    movedFrom: goesOn === undefined ? null : JSON.stringify(goesOn),
  } as const
  const row: RunRow = { ...asked, frozen, ...fresh }
  const isNew = !runs.isFileOfRun(row.file)
  store.insert(row, snapshot)
  changes.run(row.id)
  if (goesOn !== undefined) changes.run(goesOn.run)
  if (isNew) changes.list('pipelines')
  live.begin(row, snapshot, bound)
  return showRun(store, row.id)
}

async function resume(
  context: Context,
  id: string,
  { withCode, mayBegin, ...progress }: { withCode: boolean; mayBegin?: () => void } & Progress,
): Promise<RunView> {
  const earlier = findRun(context.store, id)
  if (!isFinalRun(earlier.status)) {
    throw new Problem('conflict', `run ${earlier.id} is still ${earlier.status}: cancel it first, or wait for its end`)
  }
  if (earlier.status === 'succeeded') {
    throw new Problem(
      'conflict',
      `run ${earlier.id} succeeded, so nothing is left to resume: start it again with minisub run`,
    )
  }
  const { frozen, target, file } = earlier
  if (withCode) {
    const { parameters, cache, parallelism } = frozen
    return begin(context, await readPipelineFile(file), {
      parameters,
      parameterTexts: {},
      cache,
      parallelism,
      target,
      ...progress,
      mayBegin,
      resumes: earlier.id,
    })
  }
  const where = findTarget(context.targets, target)
  await checkTarget(where)
  const snapshot = context.store.snapshot(frozen.code)
  if (snapshot === undefined) throw new Error(`no code snapshot ${frozen.code}`)
  const bound = bindPlan(planOf(earlier.definition), frozen.parameters)
  const again = { frozen: { ...frozen, resumes: earlier.id }, snapshot, bound }
  const { digest } = earlier
  const wish = { ...context, ...frozen, ...progress, target: where, digest, resumes: earlier.id, parameterTexts: {} }
  const ready = await forTarget(again, wish)
  mayBegin?.()
  return insert(context, sameAs(earlier), ready)
}

/** What a run has in common with one that goes on with it. */
function sameAs({ pipeline, digest, target, file, definition }: RunRow): NewRun {
  return { pipeline, digest, target, file, definition }
}
