import type Dockerode from 'dockerode'
import { platformText } from '#core/base/image-reference.ts'
import { Problem } from '#core/base/problem.ts'
import type { EngineImage, ImageEngine } from '#core/runtimes/images.ts'
import type { DockerEngine } from './engine.ts'
import { reasonOf, statusOf } from './engine-problems.ts'
import { buildImage } from './images-build.ts'
import { knownReference, pullImage } from './images-pull.ts'
import { readLayerSizes } from './images-layers.ts'
import { pushImage } from './images-push.ts'
import { readVariable } from './images-registry-read.ts'
import { resolveImage } from './images-resolve.ts'

/** The images of a container engine. Nothing is connected until the first call. */
export function openDockerImages({ engine }: { readonly engine: DockerEngine }): ImageEngine {
  const guarded = async <Result>(work: (client: Dockerode) => Promise<Result>): Promise<Result> => {
    try {
      return await work(await engine.client())
    } catch (error) {
      throw engine.asProblem(error)
    }
  }
  const find = (reference: string): Promise<EngineImage | undefined> =>
    guarded((client) => findImage(client, reference))
  const platform = (): Promise<string> => guarded(enginePlatform)
  return {
    platform,
    find,
    layerSizes: (image) => guarded((client) => readLayerSizes(client, image)),
    list: (label, value) => guarded((client) => listImages(client, value === undefined ? label : `${label}=${value}`)),
    async pull(reference, options = {}) {
      await pullImage(engine, reference, options)
      return fits(await there(find, reference), { reference, platform: options.platform ?? (await platform()) })
    },
    async push(reference, options = {}) {
      const digest = await pushImage(engine, reference, options)
      return { digest: digest ?? (await resolveImage(engine, reference, options.signal)).indexDigest }
    },
    resolve: (reference, signal) => resolveImage(engine, reference, signal),
    build: async (options) => there(find, await buildImage(engine, options)),
    tag: (id, tag) => guarded((client) => tagImage(client, id, tag)),
    remove: (reference) => guarded((client) => removeImage(client, reference)),
  }
}

/** Asked once of each engine: it takes 0.1 s or more, and does not change. */
const platforms = new WeakMap<Dockerode, Promise<string>>()

function enginePlatform(client: Dockerode): Promise<string> {
  const known = platforms.get(client)
  if (known !== undefined) return known
  const asked = client.version().then(({ Os, Arch }) => platformText(Os, Arch, undefined))
  platforms.set(client, asked)
  asked.catch(() => platforms.delete(client))
  return asked
}

async function findImage(client: Dockerode, reference: string): Promise<EngineImage | undefined> {
  try {
    return describeImage(await client.getImage(reference).inspect())
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Of an image that is removed meanwhile, engines say 500. */
function isMissing(error: unknown): boolean {
  const status = statusOf(error)
  return status === 404 || (status === 500 && /unrecognized image ID|no such image/i.test(reasonOf(error)))
}

function describeImage(info: Dockerode.ImageInspectInfo): EngineImage {
  // a field that an image lacks is absent or null, whatever the types say
  const config: Partial<Dockerode.ImageInspectInfo['Config']> | null = info.Config
  return {
    id: info.Id,
    platform: platformText(info.Os, info.Architecture, info.Variant),
    sizeBytes: info.Size,
    createdAt: Date.parse(info.Created),
    tags: (info.RepoTags ?? []).filter((tag) => tag !== '<none>:<none>'),
    repoDigests: (info.RepoDigests ?? []).filter((digest) => !digest.startsWith('<none>')),
    labels: config?.Labels ?? {},
    user: config?.User ?? '',
    env: Object.fromEntries((config?.Env ?? []).map(readVariable)),
    layers: info.RootFS.Layers ?? [],
  }
}

/** Each by itself, since a listing tells little; one that went away meanwhile is not there. */
async function listImages(client: Dockerode, label: string): Promise<EngineImage[]> {
  const listed = await client.listImages({ filters: { label: [label] } })
  const images = await Promise.all(listed.map(({ Id }) => findImage(client, Id)))
  return images.filter((image) => image !== undefined)
}

async function there(find: ImageEngine['find'], reference: string): Promise<EngineImage> {
  const image = await find(reference)
  if (image !== undefined) return image
  throw new Problem('image_unavailable', `the image ${reference} is gone from the container engine: try again`)
}

/** Engines also pull an image of a single other platform, with a warning alone. */
function fits(image: EngineImage, wanted: { readonly reference: string; readonly platform: string }): EngineImage {
  if (image.platform === wanted.platform) return image
  const message = `the image ${wanted.reference} is for ${image.platform}, and the container engine runs ${wanted.platform}: choose another image, or build it for that platform too`
  throw new Problem('image_platform', message)
}

async function tagImage(client: Dockerode, id: string, text: string): Promise<void> {
  const { name, tag } = knownReference(text)
  await client.getImage(id).tag({ repo: name, tag: tag ?? 'latest' })
}

async function removeImage(client: Dockerode, reference: string): Promise<boolean> {
  try {
    await client.getImage(reference).remove()
    return true
  } catch (error) {
    if (isMissing(error)) return false
    if (statusOf(error) !== 409) throw error
    const fix = 'remove the containers that use it, then try again'
    throw new Problem('environment_in_use', `the image ${reference} cannot be removed (${reasonOf(error)}): ${fix}`, {
      cause: error,
    })
  }
}
