import type { EngineImage, ImageEngine } from '#core/runtimes/images.ts'
import type { Settings } from '#core/settings/index.ts'
import { defaultReference } from './default-image.ts'
import { environmentLockPath } from './folders.ts'
import type { ImageContext } from './image-context.ts'
import { fetchImage } from './image-fetch.ts'
import { lockDockerfile, lockImage } from './image-lock.ts'
import { findMade, makeImage, type MadeImage } from './image-make.ts'
import { readImageRecord, readImageRecords, writeImageRecord } from './image-records.ts'
import { listImageEnvironments, pruneImageEnvironments, removeImageEnvironment } from './image-removal.ts'
import { imageTag } from './image-tag.ts'
import type { BuiltImage, ImageEnvironments, ImageWaiter, StartImage } from './image-types.ts'
import { environmentDigest, type EnvironmentLock } from './lock.ts'
import { packageVersions } from './requirement.ts'
import { otherBase, type Wanted } from './python-image.ts'
import { createSharedTasks, type Waiter } from './shared-tasks.ts'
import { waitForLock } from './waiting-lock.ts'
import type { Variables } from './installer-settings.ts'

export type OpenImagesOptions = {
  /** The data folder, MINISUB_HOME. */
  readonly home: string
  readonly images: ImageEngine
  readonly settings: Pick<Settings, 'get'>
  /** Whether a run that is not over uses it; none does unless given. */
  readonly inUse?: ((digest: string) => boolean) | undefined
  /** Variables that tell of Python, pip, proxies and certificates; those of this process unless given. */
  readonly variables?: Variables | undefined
}

const USE_WRITTEN_EVERY_MS = 60_000

/** Opens the images of a data folder's environments. Nothing is held open but while one is built or removed. */
export function openImageEnvironments(options: OpenImagesOptions): ImageEnvironments {
  const { home, images, inUse = () => false, variables = process.env } = options
  const removal = { home, images, inUse }
  const uses = createUses(home)
  const opened: Opened = { ...options, variables, uses, tasks: createSharedTasks<EngineImage>() }
  return {
    ensure: (lock, waiter = {}) => ensureImage(lock, waiter, opened),
    find: (lock) => findImage(lock, opened),
    pinned: (reference, waiter = {}) => pinnedImage(reference, waiter, opened),
    default: (waiter = {}) => defaultImage(waiter, opened),
    lock: (spec, context) =>
      'image' in spec ? lockImage(spec.image, images, context) : lockDockerfile(spec.dockerfile, home, context),
    list: () => listImageEnvironments(removal),
    remove: (digest, { force = false } = {}) => removeImageEnvironment(digest, force, removal),
    prune: (wish) => pruneImageEnvironments(wish, removal),
    recordUse: (digest, pipeline) => uses.record(digest, pipeline),
  }
}

type Opened = Omit<ImageContext, keyof Waiter> & {
  readonly uses: ReturnType<typeof createUses>
  readonly tasks: ReturnType<typeof createSharedTasks<EngineImage>>
}

async function ensureImage(lock: EnvironmentLock, waiter: ImageWaiter, opened: Opened): Promise<BuiltImage> {
  const { home, tasks, uses } = opened
  const wanted = await wantedOf(lock, opened)
  const image =
    (await findMade(lock, wanted, opened)) ??
    (await tasks.join(wanted.tag, waiter, (task) => findOrMake(lock, wanted, { ...opened, ...task })))
  if (waiter.pipeline !== undefined) {
    // what another data folder had made, or the person pulled, is noted too
    const isNoted = readImageRecord(home, wanted.digest, wanted.platform)?.id === image.id
    if (!isNoted) keep(lock, wanted, { home, made: { image, owned: lock.kind === 'image' ? [] : [wanted.tag] } })
    uses.record(wanted.digest, waiter.pipeline)
  }
  return { ...startOf(image), digest: wanted.digest }
}

async function findImage(lock: EnvironmentLock | null, opened: Opened): Promise<EngineImage | undefined> {
  if (lock !== null) return findMade(lock, await wantedOf(lock, opened), opened)
  const found = await opened.images.find(await defaultReference(opened))
  return found?.platform === (await opened.images.platform()) ? found : undefined
}

async function defaultImage(waiter: Waiter, { images, settings, variables, tasks }: Opened): Promise<StartImage> {
  return pinnedImage(await defaultReference({ settings, variables }), waiter, { images, tasks })
}

/** The image of a name, pulled once however many ask. */
async function pinnedImage(
  reference: string,
  waiter: Waiter,
  { images, tasks }: Pick<Opened, 'images' | 'tasks'>,
): Promise<StartImage> {
  const platform = await images.platform()
  const found = await images.find(reference)
  if (found?.platform === platform) return startOf(found)
  const fetch = (task: Waiter): Promise<EngineImage> => fetchImage(reference, platform, { ...task, images })
  return startOf(await tasks.join(`image ${reference}`, waiter, fetch))
}

async function wantedOf(lock: EnvironmentLock, opened: Opened): Promise<Wanted> {
  const digest = environmentDigest(lock)
  const platform = await opened.images.platform()
  const base = lock.kind === 'python' ? otherBase(opened, lock.pythonMinor) : undefined
  return { digest, platform, tag: imageTag(digest, platform, base) }
}

/** One at a time on this machine, so that what another core has just built is found. */
async function findOrMake(lock: EnvironmentLock, wanted: Wanted, context: ImageContext): Promise<EngineImage> {
  using held = await waitForLock(environmentLockPath(context.home, `image-${wanted.digest}`), context)
  const there = await findMade(lock, wanted, context)
  if (there !== undefined) return there
  const made = await makeImage(lock, wanted, context)
  keep(lock, wanted, { home: context.home, made })
  held.release()
  return made.image
}

function keep(lock: EnvironmentLock, wanted: Wanted, { home, made }: { home: string; made: MadeImage }): void {
  const { digest, platform } = wanted
  const python = lock.kind === 'python' ? lock : undefined
  const before = readImageRecord(home, digest, platform)
  writeImageRecord(home, {
    digest,
    platform,
    id: made.image.id,
    name: lock.kind === 'image' ? lock.image : wanted.tag,
    owned: [...new Set([...(before?.owned ?? []), ...made.owned])],
    pythonMinor: python?.pythonMinor ?? null,
    packages: packageVersions(python?.requirements ?? []),
    createdAt: Date.now(),
    lastUsedAt: before?.lastUsedAt ?? null,
    users: before?.users ?? [],
  })
}

function startOf({ id, user, env, platform }: EngineImage): StartImage {
  return { image: id, user, env, platform }
}

/** Who used an image when, written at most once a minute. */
function createUses(home: string): { record(digest: string, pipeline: string): void } {
  const written = new Map<string, number>()
  return {
    record(digest, pipeline) {
      const now = Date.now()
      const key = `${digest} ${pipeline}`
      if (now - (written.get(key) ?? 0) < USE_WRITTEN_EVERY_MS) return
      for (const record of readImageRecords(home).filter((it) => it.digest === digest)) {
        const users = [...new Set([...record.users, pipeline])].toSorted()
        writeImageRecord(home, { ...record, users, lastUsedAt: now })
        written.set(key, now)
      }
    },
  }
}
