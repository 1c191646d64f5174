import { isProblem, Problem } from '#core/base/problem.ts'
import type { EnvironmentView } from '#core/contract/run.ts'
import type { EnvironmentInfo, Environments, ImageEnvironments } from '#core/environments/index.ts'
import type { Changes } from './changes.ts'
import { folderView, imageView } from './environment-views.ts'
import { lockPipeline } from './lock-file.ts'
import { readPipelineFile } from './pipeline-file.ts'
import type { PipelineService } from './service-types.ts'
import { findLocalTarget, imagesOf, type Targets } from './targets.ts'

type Options = {
  readonly home: string
  readonly environments: Environments
  readonly targets: Targets
  readonly changes: Changes
  readonly live: { usesEnvironment(digest: string): boolean }
}
type Verbs = Pick<PipelineService, 'environments' | 'buildEnvironments' | 'removeEnvironment' | 'pruneEnvironments'>

/** What can be asked of environments, in the terms of pipelines. */
export function environmentVerbs(options: Options): Verbs {
  const { environments, changes } = options
  const images = imagesOf(options.targets)
  const list = () => listEnvironments(environments, images)
  const telling = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } finally {
      changes.list('environments')
    }
  }
  return {
    environments: list,
    buildEnvironments: (file, { target, ...progress }) =>
      telling(async () => {
        const digests = await buildAll(options, file, { target, progress })
        const kind = target === 'process' ? 'python' : 'image'
        return (await list()).filter((it) => it.kind === kind && digests.has(it.digest))
      }),
    removeEnvironment: (wanted, kind) =>
      telling(async () => {
        const { digest, kinds } = await findEnvironment(wanted, kind, list)
        if (kinds.has('python')) await environments.remove(digest)
        if (kinds.has('image')) await images?.remove(digest)
      }),
    pruneEnvironments: (wish) =>
      telling(async () => {
        const folders = await pruneFolders(options, wish)
        const pruned = await withoutEngine(() => images?.prune(wish))
        return [...folders.map(folderView), ...pruned.map(imageView)]
      }),
  }
}

type Kind = EnvironmentView['kind']

type Found = { readonly digest: string; readonly kinds: ReadonlySet<Kind> }

/**
 * The environment that a digest, or the beginning of one, is of, and as what it is there. Throws Problem `not_found`, or
 * `ambiguous_id` where several begin so.
 */
async function findEnvironment(wanted: string, kind: Kind | undefined, list: Verbs['environments']): Promise<Found> {
  const found = (await list()).filter((it) => it.digest.startsWith(wanted) && (kind === undefined || it.kind === kind))
  const [digest, another] = new Set(found.map((it) => it.digest))
  if (another !== undefined) {
    throw new Problem('ambiguous_id', `more than one environment begins with ${wanted}: give more digits`)
  }
  if (digest !== undefined) return { digest, kinds: new Set(found.map((it) => it.kind)) }
  const fix = 'the list of environments shows those there are'
  throw new Problem('not_found', `There is no ${kind === 'image' ? 'image of ' : ''}environment ${wanted}: ${fix}.`)
}

type Progress = Parameters<ImageEnvironments['ensure']>[1]
type Building = { readonly target: 'process' | 'docker'; readonly progress: Omit<NonNullable<Progress>, 'pipeline'> }

/** Builds what a pipeline uses, for processes or as images; resolves to the digests. */
async function buildAll(options: Options, file: string, { target, progress }: Building): Promise<Set<string>> {
  const { home, environments, targets } = options
  const { images } = findLocalTarget(targets, target)
  const pipeline = await readPipelineFile(file)
  const { name } = pipeline.plan.definition
  const { signal, onLine } = progress
  const given = { ...(signal === undefined ? {} : { signal }), ...(onLine === undefined ? {} : { onLine }) }
  const locked = Object.values((await lockPipeline(pipeline, { ...given, home, images, update: false })).environments)
  for (const { lock, digest } of locked) {
    if (images !== null) await images.ensure(lock, { ...progress, pipeline: name })
    else {
      await environments.ensure(lock, progress)
      environments.recordUse(digest, name)
    }
  }
  return new Set(locked.map(({ digest }) => digest))
}

type Wish = Parameters<PipelineService['pruneEnvironments']>[0]

async function pruneFolders(
  { environments, live }: Options,
  { olderThanMs, dryRun }: Wish,
): Promise<EnvironmentInfo[]> {
  const before = Date.now() - olderThanMs
  const removed: EnvironmentInfo[] = []
  for (const one of await environments.list()) {
    if (live.usesEnvironment(one.digest) || (one.lastUsedAt ?? one.createdAt) > before) continue
    if (dryRun || (await removeIfFree(environments, one.digest))) removed.push(one)
  }
  return removed
}

async function removeIfFree(environments: Environments, digest: string): Promise<boolean> {
  try {
    await environments.remove(digest)
    return true
  } catch (error) {
    // taken into use, being built, or removed by another core since it was listed
    if (isProblem(error) && /^(environment_in_use|not_found)$/.test(error.code)) return false
    throw error
  }
}

async function listEnvironments(
  environments: Environments,
  images: ImageEnvironments | null,
): Promise<EnvironmentView[]> {
  const listed = await withoutEngine(() => images?.list())
  return [...(await environments.list()).map(folderView), ...listed.map(imageView)]
}

/** Folders are listed and pruned on machines without an engine too; that one is away, the targets tell. */
async function withoutEngine<T>(ask: () => Promise<T[]> | undefined): Promise<T[]> {
  try {
    return (await ask()) ?? []
  } catch (error) {
    if (isProblem(error) && /^engine_(unavailable|forbidden)$/.test(error.code)) return []
    throw error
  }
}
