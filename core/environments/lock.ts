import { createHash } from 'node:crypto'
import { z } from 'zod'
import { assertNever } from '#core/base/assert-never.ts'
import { canonicalJson, type Json } from '#core/base/json.ts'
import { Problem } from '#core/base/problem.ts'
import type { EnvironmentSpec } from '#core/contract/definition.ts'
import { isRequirement } from './requirement.ts'

/** What a document asks for: a range of Python versions and requirements in the spelling of PEP 508. */
export type PythonSpec = { readonly python: string; readonly packages: readonly string[] }

/** A Python environment, resolved once for all platforms. */
export type PythonLock = {
  readonly kind: 'python'
  /** What was asked when the lock was made; not part of the digest. */
  readonly spec: PythonSpec
  /** Such as `3.11`. */
  readonly pythonMinor: string
  /** One entry per package, version and marker: `name==version ; marker --hash=sha256:…`. Empty without packages. */
  readonly requirements: readonly string[]
}

/** A container image, resolved to digests. */
export type ImageLock = {
  readonly kind: 'image'
  /** The image as the document names it. */
  readonly image: string
  /** `sha256:…` of the index, which stands for all platforms. */
  readonly indexDigest: string
  /** From a platform such as `linux/amd64` to the digest of its image, or the index's where only the engine knew it. */
  readonly platforms: Readonly<Record<string, string>>
  /** No registry has it: both digests are the id that it has in the engines that hold it. */
  readonly local?: true
}

/** An image that is built by the user's own Dockerfile, named by all that goes into the build. */
export type DockerfileLock = {
  readonly kind: 'dockerfile'
  /** Path of the Dockerfile as the document names it. */
  readonly dockerfile: string
  /** sha256 in hex over the Dockerfile and the files of its folder. */
  readonly contextDigest: string
}

export type EnvironmentLock = PythonLock | ImageLock | DockerfileLock

/** The file beside a pipeline: for each of its environments what exactly it is. */
export type PipelineLock = { readonly version: 1; readonly environments: Readonly<Record<string, EnvironmentLock>> }

const IMAGE_DIGEST = /^sha256:[0-9a-f]{64}$/

const pythonLock = z.strictObject({
  kind: z.literal('python'),
  spec: z.strictObject({ python: z.string(), packages: z.array(z.string()) }),
  pythonMinor: z.string().regex(/^3\.\d+$/, { error: 'a Python minor is a text such as 3.11' }),
  requirements: z.array(z.string().refine(isRequirement, { error: 'not a pinned package with sha256 hashes' })),
})
const imageDigest = z.string().regex(IMAGE_DIGEST, { error: 'not a sha256 digest' })
const imageLock = z.strictObject({
  kind: z.literal('image'),
  image: z.string().min(1),
  indexDigest: imageDigest,
  platforms: z.record(z.string(), imageDigest),
  local: z.literal(true).exactOptional(),
})
const dockerfileLock = z.strictObject({
  kind: z.literal('dockerfile'),
  dockerfile: z.string().min(1),
  contextDigest: z.string().regex(/^[0-9a-f]{64}$/, { error: 'not a sha256 in hex' }),
})
const environmentLock = z.discriminatedUnion('kind', [pythonLock, imageLock, dockerfileLock])
const pipelineLock = z.strictObject({
  version: z.literal(1, { error: 'this version of the workbench reads version 1' }),
  environments: z.record(z.string(), environmentLock),
})

/** Reads a lock file. Throws Problem `lock_invalid`, which names the place. */
export function parseLockFile(text: string): PipelineLock {
  const result = pipelineLock.safeParse(parseJson(text))
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const path = (issue?.path ?? []).join('.')
  throw invalidLock(`${path === '' ? '' : `${path}: `}${issue?.message ?? 'not a lock'}`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalidLock(error instanceof Error ? error.message : String(error))
  }
}

function invalidLock(why: string): Problem {
  return new Problem('lock_invalid', `The lock file is not valid (${why}): put it back, or delete it and lock again.`)
}

/** The text of a lock file: the same for equal locks, keys sorted, one package a line. */
export function formatLockFile(lock: PipelineLock): string {
  return `${JSON.stringify(lock, sortKeys, 2)}\n`
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)))
}

/**
 * Whether a lock was made for what the document asks today; the order of packages does not matter. Whether the files of
 * a Dockerfile are still the same is not looked at.
 */
export function lockMatches(lock: EnvironmentLock, spec: EnvironmentSpec): boolean {
  if ('image' in spec) return lock.kind === 'image' && lock.image === spec.image
  if ('dockerfile' in spec) return lock.kind === 'dockerfile' && lock.dockerfile === spec.dockerfile
  if (lock.kind !== 'python') return false
  return lock.spec.python.trim() === spec.python.trim() && sameTexts(lock.spec.packages, spec.packages)
}

function sameTexts(left: readonly string[], right: readonly string[]): boolean {
  return JSON.stringify(trimmed(left)) === JSON.stringify(trimmed(right))
}

function trimmed(texts: readonly string[]): string[] {
  return texts.map((text) => text.trim()).toSorted()
}

/** sha256 in hex of what an environment holds: Python minor and packages, the image's index, or what goes into its build. */
export function environmentDigest(lock: EnvironmentLock): string {
  return createHash('sha256')
    .update(canonicalJson(identityOf(lock)))
    .digest('hex')
}

function identityOf(lock: EnvironmentLock): Json {
  switch (lock.kind) {
    case 'python':
      return { pythonMinor: lock.pythonMinor, requirements: lock.requirements }
    case 'image':
      return { indexDigest: lock.indexDigest }
    case 'dockerfile':
      return { contextDigest: lock.contextDigest }
    default:
      return assertNever(lock)
  }
}
