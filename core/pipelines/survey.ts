import { look } from '#core/base/looked.ts'
import { Problem } from '#core/base/problem.ts'
import { RunRequest } from '#core/contract/run.ts'
import { hashFile } from '#core/files/index.ts'
import type { Blobs } from '#core/store/index.ts'
import type { ClusterSurvey } from './cluster-survey.ts'
import type { ClusterTarget } from './cluster-target.ts'
import { reachableStores } from './fetch-files.ts'
import { foresee } from './foresee.ts'
import { bindRequest, gather, type FreezeOptions, type Frozen } from './freeze.ts'
import { lockPipeline } from './lock-file.ts'
import { createLookup } from './lookup.ts'
import { readPipelineFile, type PipelineFile } from './pipeline-file.ts'
import { reasonsToRun } from './reasons-to-run.ts'
import type { Progress } from './service-types.ts'
import { openOverlay } from './survey-overlay.ts'
import { findTarget, type Targets } from './targets.ts'

/** What a run of a pipeline on a cluster would be frozen with, and what its target would do for it. */
export type PipelineSurvey = Frozen & {
  readonly pipeline: PipelineFile
  readonly target: string
  /** `would_be_made`: the lock file is missing or does not fit; a run would write `frozen.environments` into it. */
  readonly lock: 'fits' | 'would_be_made'
  readonly cluster: ClusterSurvey
  /** Why steps would run or be skipped, by name, as far as anybody can say. */
  readonly reasons: ReadonlyMap<string, string>
}

type Options = Pick<FreezeOptions, 'home' | 'targets' | 'secrets' | 'blobs' | 'store' | 'remote' | 'now' | 'index'>
type Wish = Options &
  Progress & { readonly cluster: ClusterTarget; readonly asked: ReturnType<typeof RunRequest.parse> }

/** So long a lock that does not fit may take to be made: packages are looked up in an index. */
const LOCK_MS = 20_000
/** So long the buckets of other clusters are asked whether they are there. */
const STORES_MS = 1_000

/** See `PipelineService.survey`. */
export async function surveyPipeline(request: RunRequest, options: Options & Progress): Promise<PipelineSurvey> {
  const asked = RunRequest.parse(request)
  const target = findTarget(options.targets, asked.target)
  if (target.kind === 'local') {
    const message = `the target ${asked.target} runs pipelines on this machine, where nothing is sent: name a cluster target`
    throw new Problem('not_supported', message, { path: 'target' })
  }
  const pipeline = await readPipelineFile(asked.file)
  const wish = { ...options, cluster: target, asked }
  const { lock, ...frozen } = await freezeQuietly(pipeline, wish)
  options.signal?.throwIfAborted()
  const cluster = await target.survey(surveyedRun(pipeline, frozen, wish), { signal: options.signal })
  const reasons = reasonsToRun(cluster.state, { ...options, frozen: frozen.frozen })
  return { ...frozen, pipeline, target: asked.target, lock, cluster, reasons }
}

/** As a run is frozen, but files are hashed where they lie, and the lock file stays as it is. */
async function freezeQuietly(pipeline: PipelineFile, wish: Wish): Promise<Frozen & Pick<PipelineSurvey, 'lock'>> {
  const { asked, cluster, signal } = wish
  const { parameters, bound } = await bindRequest(pipeline, { ...wish, ...asked })
  const elsewhere = asked.cache
    ? look(() => otherStores(wish), { what: 'asking the buckets of other clusters', deadlineMs: STORES_MS, signal })
    : { value: [] }
  let lock: PipelineSurvey['lock'] = 'fits'
  const gathered = gather(pipeline, parameters, {
    ...wish,
    target: cluster,
    blobs: hashing,
    cache: asked.cache,
    parallelism: asked.parallelism ?? cluster.parallelism,
    resumes: null,
    async lock(file, how) {
      const locked = await lockInTime(file, how)
      if (locked.changed) lock = 'would_be_made'
      return locked
    },
  })
  const [{ frozen, snapshot }, { value: others = [] }] = await Promise.all([gathered, elsewhere])
  const stores = [...new Set([...others, cluster.store])]
  return { frozen: { ...frozen, stores }, snapshot, bound, lock }
}

/** Nothing is stored, and what the index knows of a file is enough. */
const hashing: Pick<Blobs, 'has' | 'putFile'> = { has: () => true, putFile: (path) => hashFile(path) }

/** Throws Problem `request_timeout` beside those of a lock. */
async function lockInTime(...[pipeline, options]: Parameters<typeof lockPipeline>): ReturnType<typeof lockPipeline> {
  const { signal } = options
  const late = AbortSignal.timeout(LOCK_MS)
  const both = signal === undefined ? late : AbortSignal.any([signal, late])
  try {
    return await lockPipeline(pipeline, { ...options, signal: both, write: false })
  } catch (error) {
    signal?.throwIfAborted()
    if (!late.aborted) throw error
    const fix = `look whether this machine reaches its package index, and lock it first with \`minisub lock ${pipeline.file}\``
    throw new Problem('request_timeout', `the lock took longer than ${LOCK_MS / 1_000} s to be made: ${fix}`)
  }
}

/** The bucket of the target itself is asked by its survey. */
function otherStores({ remote, targets, cluster }: Wish): Promise<string[]> {
  const isOther = (name: string): boolean => {
    const target = targets.get(name)
    return target?.kind === 'cluster' && target.store !== cluster.store
  }
  const others: Targets = { get: (name) => targets.get(name), keys: () => [...targets.keys()].filter(isOther) }
  return reachableStores({ remote, targets: others })
}

function surveyedRun(
  { plan: { digest } }: PipelineFile,
  { bound, frozen, snapshot }: Frozen,
  { store, blobs, remote, now }: Wish,
): Parameters<ClusterTarget['survey']>[0] {
  const { facts, cache, resumes, stores = [] } = frozen
  const known = openOverlay({ store, remote })
  const lookUp = createLookup({ ...known, blobs, stores, cache, resumes })
  return {
    digest,
    bound,
    frozen,
    snapshot,
    remote: known.remote,
    foresee: () => foresee(bound, { facts, lookUp, now }),
    learn: (entries) => known.learn(entries),
  }
}
