import { isProblem, Problem } from '#core/base/problem.ts'
import type { EngineImage, ImageEngine } from '#core/runtimes/images.ts'
import { lockFile } from '#core/store/index.ts'
import { CLUSTER_LABEL } from './cluster-image-plan.ts'
import { dropContexts } from './context-store.ts'
import { DIGEST, environmentLockPath } from './folders.ts'
import { readImageRecords, removeImageRecord, type ImageRecord } from './image-records.ts'
import { ENVIRONMENT_LABEL, isImageTag, PYTHON_LABEL } from './image-tag.ts'
import type { ImageEnvironmentInfo, PruneOptions } from './image-types.ts'
import { environmentDigest } from './lock.ts'

const FRESH_MS = 600_000
/** No push takes so long: whoever began it is gone. */
const ABANDONED_MS = 6 * 3_600_000

type Removal = {
  readonly home: string
  readonly images: ImageEngine
  readonly inUse: (digest: string) => boolean
}

/** An image of the engine with what this data folder knows of it. */
type Kept = { readonly info: ImageEnvironmentInfo; readonly record: ImageRecord | undefined; readonly id: string }

/** See `ImageEnvironments.list`. */
export async function listImageEnvironments(
  removal: Pick<Removal, 'home' | 'images'>,
): Promise<ImageEnvironmentInfo[]> {
  return (await keptImages(removal)).map(({ info }) => info)
}

/** What the engine has: by our records, and by our labels where another data folder had it built. */
async function keptImages({ home, images }: Pick<Removal, 'home' | 'images'>): Promise<Kept[]> {
  const records = readImageRecords(home)
  const own = await Promise.all(
    records.map(async (record) => {
      const image = await images.find(record.id)
      return image === undefined ? [] : [keptOf(image, record)]
    }),
  )
  const known = new Set(records.map(({ id }) => id))
  const others = (await images.list(ENVIRONMENT_LABEL))
    .filter(({ id, labels }) => !known.has(id) && labels[CLUSTER_LABEL] === undefined)
    .map((it) => keptOf(it))
  return [...own.flat(), ...others].toSorted((left, right) => (left.info.digest < right.info.digest ? -1 : 1))
}

function keptOf(image: EngineImage, record?: ImageRecord): Kept {
  const tag = image.tags.find(isImageTag)
  const info = {
    digest: record?.digest ?? image.labels[ENVIRONMENT_LABEL] ?? '',
    image: record?.name ?? tag ?? image.id,
    platform: image.platform,
    pythonMinor: record?.pythonMinor ?? image.labels[PYTHON_LABEL] ?? null,
    packages: record?.packages ?? [],
    sizeBytes: image.sizeBytes,
    createdAt: record?.createdAt ?? image.createdAt,
    lastUsedAt: record?.lastUsedAt ?? null,
    users: record?.users ?? [],
    own: record !== undefined,
  }
  return { info, record, id: image.id }
}

/** See `ImageEnvironments.remove`. */
export async function removeImageEnvironment(digest: string, force: boolean, removal: Removal): Promise<void> {
  const kept = DIGEST.test(digest) ? (await keptImages(removal)).filter(({ info }) => info.digest === digest) : []
  if (kept.length === 0) {
    const fix = 'the list of environments shows those there are'
    throw new Problem('not_found', `There is no image of an environment ${digest}: ${fix}.`)
  }
  if (!force && removal.inUse(digest)) throw used(digest, 'a run uses it: wait for the run, or cancel it')
  for (const one of kept) await removeKept(one, removal)
}

/** See `ImageEnvironments.prune`. Of other data folders it is not known who uses them: only age counts then. */
export async function pruneImageEnvironments(
  { olderThanMs, dryRun }: PruneOptions,
  removal: Removal,
): Promise<ImageEnvironmentInfo[]> {
  const before = Date.now() - olderThanMs
  const removed: ImageEnvironmentInfo[] = []
  for (const one of await keptImages(removal)) {
    const { digest, own, lastUsedAt, createdAt } = one.info
    if (removal.inUse(digest) || (lastUsedAt ?? createdAt) > before || (!own && olderThanMs === 0)) continue
    if (!dryRun && !(await removeIfFree(one, removal))) continue
    removed.push(one.info)
  }
  if (!dryRun) {
    await forgetGone(before, removal)
    await removePushed(removal.images)
  }
  return removed
}

async function removeIfFree(one: Kept, removal: Removal): Promise<boolean> {
  try {
    await removeKept(one, removal)
    return true
  } catch (error) {
    if (isProblem(error) && error.code === 'environment_in_use') return false
    throw error
  }
}

/** Only what was made for the environment: an image that the person pulled stays, its record goes. */
async function removeKept({ info, record, id }: Kept, { home, images }: Removal): Promise<void> {
  using held = lockFile(environmentLockPath(home, `image-${info.digest}`))
  if (held === undefined) throw used(info.digest, 'it is being built: wait for that, or cancel it')
  for (const reference of record?.owned ?? [info.image]) await images.remove(reference)
  const left = await images.find(id)
  if (left?.labels[ENVIRONMENT_LABEL] === info.digest && left.tags.length === 0) await images.remove(id)
  if (record !== undefined) removeImageRecord(home, record)
}

/** Records of images that others removed, and contexts that no run needs. */
async function forgetGone(before: number, { home, images, inUse }: Removal): Promise<void> {
  for (const record of readImageRecords(home)) {
    if ((await images.find(record.id)) === undefined) removeImageRecord(home, record)
  }
  const isNeeded = (contextDigest: string): boolean =>
    inUse(environmentDigest({ kind: 'dockerfile', dockerfile: '', contextDigest }))
  // a run that is about to begin may just have locked one
  await dropContexts(home, Math.min(before, Date.now() - FRESH_MS), isNeeded)
}

/** What a core that died in the middle of a push to the registry of a cluster has left. */
async function removePushed(images: ImageEngine): Promise<void> {
  for (const { id, tags, createdAt } of await images.list(CLUSTER_LABEL)) {
    if (createdAt > Date.now() - ABANDONED_MS) continue
    for (const reference of tags.length === 0 ? [id] : tags) await images.remove(reference)
  }
}

function used(digest: string, why: string): Problem {
  return new Problem('environment_in_use', `The image of environment ${digest.slice(0, 12)} cannot be deleted: ${why}.`)
}
