import { lstat, realpath } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join, relative, sep } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import type { Secrets } from '#core/secrets/index.ts'
import type { Blobs } from '#core/store/index.ts'
import { bindParameters, bindPlan, type BoundPlan, type Parameters } from './bind.ts'
import type { FileIndex } from './file-index.ts'
import { lockPipeline, type Locked } from './lock-file.ts'
import { readInput } from './outputs.ts'
import type { PipelineFile } from './pipeline-file.ts'
import type { FrozenRun } from './run-rows.ts'
import { readSecrets } from './secrets.ts'
import type { Progress } from './service-types.ts'
import { checkTarget, findTarget, type Target, type Targets } from './targets.ts'
import { fetchFiles, reachableStores } from './fetch-files.ts'
import { foresee, type Foreseen } from './foresee.ts'
import { createLookup } from './lookup.ts'
import type { RemoteFiles } from './remote-files.ts'
import type { RunStore } from './run-store.ts'
import { codeDigestOf, matchFiles, takeSnapshot, type CodeSnapshot } from './snapshot.ts'
import type { RunFacts } from './step-key.ts'

export type FreezeOptions = Progress & {
  readonly home: string
  readonly targets: Targets
  readonly secrets: Pick<Secrets, 'read'>
  readonly blobs: Blobs
  readonly store: RunStore
  readonly remote: RemoteFiles
  readonly now: () => number
  readonly index: FileIndex
  readonly target: string
  readonly parameters: Parameters
  readonly parameterTexts: Readonly<Record<string, string>>
  readonly parallelism?: number | null
  readonly cache: boolean
  readonly resumes: string | null
}

/** What a run is frozen with, and its plan with the parameters filled in. */
export type Frozen = { readonly frozen: FrozenRun; readonly snapshot: CodeSnapshot; readonly bound: BoundPlan }

/**
 * Everything that a run will use, fixed before it begins: parameters, locks, code, input files. Throws a Problem for
 * all that is wrong with the input; the store then holds at most unused files.
 */
export async function freezeRun(pipeline: PipelineFile, options: FreezeOptions): Promise<Frozen> {
  const target = findTarget(options.targets, options.target)
  await bindRequest(pipeline, options)
  await checkTarget(target)
  const frozen = await freezeHere(pipeline, options)
  return forTarget(frozen, { ...options, target, digest: pipeline.plan.digest })
}

/** The same without a question to the target: what of it is on this machine. */
export async function freezeHere(pipeline: PipelineFile, options: FreezeOptions): Promise<Frozen> {
  const { parameters, bound } = await bindRequest(pipeline, options)
  const target = findTarget(options.targets, options.target)
  const { frozen: gathered, snapshot } = await gather(pipeline, parameters, { ...options, target })
  const stores = options.cache || options.resumes !== null ? await reachableStores(options) : []
  const frozen = { ...gathered, ...(stores.length === 0 ? {} : { stores }) }
  return { frozen, snapshot, bound }
}

export type GatherOptions = Progress &
  Pick<FreezeOptions, 'home' | 'index' | 'parallelism' | 'cache' | 'resumes'> & {
    readonly target: Target
    readonly blobs: Pick<Blobs, 'has' | 'putFile'>
    /** Makes the locks; `lockPipeline`, which writes the lock file, where absent. */
    readonly lock?: typeof lockPipeline
  }

/** What is fixed of a run by files beside its document: inputs, code and locks. The target is not asked. */
export async function gather(
  pipeline: PipelineFile,
  parameters: Parameters,
  options: GatherOptions,
): Promise<Pick<Frozen, 'frozen' | 'snapshot'>> {
  const { target, cache, resumes, lock = lockPipeline } = options
  const files = await readInputs(pipeline, options)
  const snapshot = await snapshotOf(pipeline, options)
  const locked = await lock(pipeline, { ...options, images: target.images, update: false })
  const frozen: FrozenRun = {
    parameters,
    environments: locked.environments,
    facts: factsOf(pipeline, { snapshot, files, locked }),
    code: snapshot.digest,
    parallelism: options.parallelism ?? (target.kind === 'local' ? availableParallelism() : target.parallelism),
    cache,
    resumes,
  }
  return { frozen, snapshot }
}

type Wish = Omit<FreezeOptions, 'target'> & { readonly target: Target; readonly digest: string }

/**
 * With what its target keeps of a run: a cluster is given all that the run will need. How the run will begin may be said;
 * else it is foreseen by the cache as it is now.
 */
export async function forTarget(
  { frozen: asked, snapshot, bound }: Frozen,
  wish: Wish,
  begins?: () => Foreseen,
): Promise<Frozen> {
  const { target, digest, store, remote, now } = wish
  const { cluster: _cluster, sent: _sent, ...frozen } = asked
  if (target.kind === 'local') return { frozen, snapshot, bound }
  const { cache, resumes, facts } = frozen
  const stores = [...new Set([...(frozen.stores ?? []), target.store])]
  const lookUp = createLookup({ ...wish, stores, cache, resumes })
  const cluster = await target.prepare(
    {
      digest,
      bound,
      frozen,
      snapshot,
      remote,
      foresee: begins ?? (() => foresee(bound, { facts, lookUp, now })),
      learn: (entries) => store.learn(entries, now()),
      fetch: (records) => fetchFiles(records, wish, wish),
    },
    wish,
  )
  return { frozen: { ...frozen, stores, cluster }, snapshot, bound }
}

export type Asked = Pick<FreezeOptions, 'secrets' | 'target' | 'parameters' | 'parameterTexts'> & {
  readonly targets: Targets
}

/** Target, parameters and secrets of a run that is asked for, without its files. Throws a Problem for what is wrong. */
export async function bindRequest(
  { plan }: PipelineFile,
  asked: Asked,
): Promise<Pick<BoundPlan, 'parameters'> & { bound: BoundPlan }> {
  const target = findTarget(asked.targets, asked.target)
  const parameters = bindParameters(plan.definition.parameters, asked.parameters, asked.parameterTexts)
  const bound = bindPlan(plan, parameters)
  // A cluster may have secrets of its own.
  if (target.kind === 'local') for (const step of plan.steps) await readSecrets(asked.secrets, step.definition.secrets)
  return { parameters, bound }
}

/**
 * The code folder without the document and its lock, whose meaning is in the definition and the environments, and
 * without the data folder: to open and close a file that this process holds a lock on would end the lock.
 */
async function snapshotOf(pipeline: PipelineFile, { blobs, index, home }: Place): Promise<CodeSnapshot> {
  const folder = pipeline.codeFolder
  const exclude = [pipeline.file, pipeline.lockFile, home]
    .map((file) => relative(folder, file))
    .filter((path) => !path.startsWith('..'))
  return takeSnapshot({ folder, exclude, blobs, index })
}

type Place = Pick<GatherOptions, 'blobs' | 'index' | 'home'>
type Gathered = { readonly snapshot: CodeSnapshot; readonly files: RunFacts['files']; readonly locked: Locked }

function factsOf({ plan }: PipelineFile, { snapshot, files, locked }: Gathered): RunFacts {
  const digests = new Map<string, string>()
  const digestFor = (globs: readonly string[]): string => {
    const key = JSON.stringify(globs)
    const known = digests.get(key)
    if (known !== undefined) return known
    const digest = globs.length === 0 ? snapshot.digest : codeDigestOf(matchFiles(snapshot, globs), [])
    digests.set(key, digest)
    return digest
  }
  return {
    environments: Object.fromEntries(Object.entries(locked.environments).map(([name, { digest }]) => [name, digest])),
    code: Object.fromEntries(plan.steps.map((step) => [step.name, digestFor(step.definition.files)])),
    files,
  }
}

async function readInputs(pipeline: PipelineFile, options: Place): Promise<RunFacts['files']> {
  const files: Record<string, Record<string, OutputRecord>> = {}
  for (const step of pipeline.plan.steps) {
    const ofStep: Record<string, OutputRecord> = {}
    for (const [name, input] of step.inputs) {
      if (input.kind === 'expression') continue
      const path = await insideFolder(pipeline.folder, input.path, `steps.${step.name}.inputs.${name}`)
      await mustBe(input.kind, path, input.path)
      ofStep[name] = await readInput(path, input.kind, options.blobs)
    }
    if (Object.keys(ofStep).length > 0) files[step.name] = ofStep
  }
  return files
}

async function mustBe(kind: 'file' | 'folder', path: string, written: string): Promise<void> {
  const found = await lstat(path)
  if (kind === 'file' ? found.isFile() : found.isDirectory()) return
  throw new Problem(
    'input_missing',
    `the input ${written} is not a ${kind}: write {${kind === 'file' ? 'folder' : 'file'}: ${written}} if that is what it is`,
  )
}

/** The real path of an input, which must lie in the folder of the document whatever links lead there. */
async function insideFolder(folder: string, path: string, where: string): Promise<string> {
  const root = await realpath(folder)
  const real = await realpath(join(folder, path)).catch((cause: unknown) => {
    throw new Problem(
      'input_missing',
      `${where}: ${path} does not exist beside the pipeline: correct the path or make the file`,
      { cause },
    )
  })
  if (real !== root && !real.startsWith(root + sep)) {
    throw new Problem('input_outside', `${where}: ${path} lies outside the folder of the pipeline: copy it there`)
  }
  return real
}
