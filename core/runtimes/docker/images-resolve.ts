import type Dockerode from 'dockerode'
import { platformText, type ImageReference } from '#core/base/image-reference.ts'
import { isProblem } from '#core/base/problem.ts'
import type { RegistryImage } from '#core/runtimes/images.ts'
import type { DockerEngine } from './engine.ts'
import { isUnreachable, statusOf } from './engine-problems.ts'
import { headerOf, loginFor, type Credentials } from './images-credentials.ts'
import { isInsecureRegistry } from './images-insecure.ts'
import { imageProblem } from './images-problems.ts'
import { knownReference, withLoginFault } from './images-pull.ts'
import { readRegistry } from './images-registry.ts'

/**
 * What the registry of an image says of it. The engine is asked first, since it may reach registries that this process
 * does not; the digests of platforms are in the registry's own manifest alone. Where only the engine reaches it, the
 * index's digest stands for each platform.
 */
export async function resolveImage(
  engine: DockerEngine,
  text: string,
  signal: AbortSignal | undefined,
): Promise<RegistryImage> {
  signal?.throwIfAborted()
  const reference = knownReference(text)
  const login = await loginFor(reference.host)
  const { credentials } = login
  const asked = await outcome(askEngine(engine, { reference, text, credentials }))
  signal?.throwIfAborted()
  const pinned = asked.value === undefined ? reference : { ...reference, digest: asked.value.indexDigest }
  const isInsecure = async (host: string): Promise<boolean> => (await isInsecureRegistry(engine, host)) === true
  const read = await outcome(readRegistry({ reference: pinned, text, credentials, signal, isInsecure }))
  signal?.throwIfAborted()
  if (read.value !== undefined) return read.value
  if (asked.value !== undefined) return asked.value
  if (isUnreachable(asked.problem)) throw asked.problem
  // whichever of the two was answered by the registry knows better than one that did not reach it
  const isUnreached = isProblem(read.problem) && read.problem.code === 'network_unavailable'
  throw withLoginFault(isUnreached ? asked.problem : read.problem, login)
}

type Outcome = { readonly value?: RegistryImage; readonly problem?: unknown }

async function outcome(work: Promise<RegistryImage>): Promise<Outcome> {
  try {
    return { value: await work }
  } catch (problem) {
    if (isProblem(problem) || (problem instanceof Error && problem.name === 'AbortError')) return { problem }
    throw problem
  }
}

type Question = {
  readonly reference: ImageReference
  readonly text: string
  readonly credentials: Credentials | undefined
}

async function askEngine(engine: DockerEngine, { reference, text, credentials }: Question): Promise<RegistryImage> {
  try {
    const client = await engine.client()
    const options = credentials === undefined ? {} : { authconfig: headerOf(credentials) }
    return imageOf(await client.getImage(text).distribution(options))
  } catch (error) {
    if (statusOf(error) === undefined || !(error instanceof Error)) throw engine.asProblem(error)
    throw imageProblem(error.message, { reference: text, host: reference.host, cause: error })
  }
}

function imageOf({ Descriptor, Platforms }: Dockerode.ImageDistributionInfo): RegistryImage {
  const platforms = (Platforms ?? [])
    .filter(({ os }) => os !== 'unknown' && os !== '')
    .map(({ os, architecture, variant }) => [platformText(os, architecture, variant), Descriptor.digest] as const)
  return { indexDigest: Descriptor.digest, platforms: Object.fromEntries(platforms) }
}
