import { newId } from '#core/base/id.ts'
import { Problem } from '#core/base/problem.ts'
import { isFinalRun } from '#core/contract/events.ts'
import { RunRequest, type RunView } from '#core/contract/run.ts'
import type { Environments } from '#core/environments/index.ts'
import type { AttemptRuntime } from '#core/runtimes/driver.ts'
import type { Blobs, Store } from '#core/store/index.ts'
import { bindPlan } from './bind.ts'
import { documentVerbs } from './document-verbs.ts'
import { environmentVerbs } from './environment-verbs.ts'
import { openFileIndex, type FileIndex } from './file-index.ts'
import { findRun } from './find-run.ts'
import { freezeRun, type FreezeOptions, type Frozen } from './freeze.ts'
import { LiveRuns } from './live-runs.ts'
import { readPipelineFile, type PipelineFile } from './pipeline-file.ts'
import { readingVerbs, showRun } from './reading.ts'
import type { RunRow } from './run-rows.ts'
import { RunStore } from './run-store.ts'
import type { PipelineService, Progress } from './service-types.ts'
import { planOf } from './validate.ts'

export type PipelineOptions = {
  readonly home: string
  readonly store: Store
  readonly blobs: Blobs
  readonly environments: Environments
  readonly runtime: AttemptRuntime
  readonly now?: () => number
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void
}

type Context = Required<Omit<PipelineOptions, 'store' | 'onError'>> & {
  readonly store: RunStore
  readonly index: FileIndex
  readonly live: LiveRuns
}

/** Opens pipelines and runs: takes up what an earlier core left, and answers until it is disposed. */
export function openPipelines(options: PipelineOptions): PipelineService & Disposable {
  const store = new RunStore(options.store)
  const base = { ...options, now: options.now ?? Date.now, store, index: openFileIndex(options.store.db) }
  const context: Context = { ...base, live: new LiveRuns(base) }
  const { live } = context
  live.recover()
  return {
    ...documentVerbs(context),
    ...environmentVerbs(context),
    ...readingVerbs(context),
    start: (request, progress) => start(context, request, progress),
    resume: (run, how) => resume(context, run, how),
    async cancel(id) {
      const { id: run, status } = findRun(store, id)
      if (isFinalRun(status))
        throw new Problem('conflict', `run ${run} is over (${status}): there is nothing to cancel`)
      await live.cancel(run)
    },
    subscribe: (run, listener) => live.subscribe(findRun(store, run).id, listener),
    readArtifact: (sha256, range) => context.blobs.read(sha256, range),
    activeRuns: () => live.count(),
    usesEnvironment: (digest) => live.usesEnvironment(digest),
    [Symbol.dispose]: () => live.detach(),
  }
}

async function start(context: Context, request: RunRequest, progress: Progress): Promise<RunView> {
  const { file, parallelism, ...rest } = RunRequest.parse(request)
  const limit = parallelism === undefined ? {} : { parallelism }
  return begin(context, await readPipelineFile(file), { ...rest, ...limit, ...progress, resumes: null })
}

type Freeze = Omit<FreezeOptions, 'home' | 'blobs' | 'index'>

async function begin(context: Context, pipeline: PipelineFile, freeze: Freeze): Promise<RunView> {
  const frozen = await freezeRun(pipeline, { ...freeze, ...context })
  const { definition, digest } = pipeline.plan
  const { name } = definition
  return insert(context, { pipeline: name, digest, target: freeze.target, file: pipeline.file, definition }, frozen)
}

type NewRun = Pick<RunRow, 'pipeline' | 'digest' | 'target' | 'file' | 'definition'>

/** The row first, then the run. */
function insert({ store, live, now }: Context, run: NewRun, { frozen, snapshot, bound }: Frozen): RunView {
  const fresh = {
    id: newId<'run'>(),
    status: 'pending',
    createdAt: now(),
    startedAt: null,
    finishedAt: null,
    outputs: {},
  } as const
  const row: RunRow = { ...run, frozen, ...fresh }
  store.insert(row, snapshot)
  live.begin(row, snapshot, bound)
  return showRun(store, row.id)
}

async function resume(
  context: Context,
  id: string,
  { withCode, ...progress }: { withCode: boolean } & Progress,
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
      resumes: earlier.id,
    })
  }
  const snapshot = context.store.snapshot(frozen.code)
  if (snapshot === undefined) throw new Error(`no code snapshot ${frozen.code}`)
  const bound = bindPlan(planOf(earlier.definition), frozen.parameters)
  return insert(context, earlier, { frozen: { ...frozen, resumes: earlier.id }, snapshot, bound })
}
