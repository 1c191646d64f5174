import { createHash } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson } from '#core/base/json.ts'
import { Problem } from '#core/base/problem.ts'

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
  /** From a platform such as `linux/amd64` to the digest of its image. */
  readonly platforms: Readonly<Record<string, string>>
}

export type EnvironmentLock = PythonLock | ImageLock

/** The file beside a pipeline: for each of its environments what exactly it is. */
export type PipelineLock = { readonly version: 1; readonly environments: Readonly<Record<string, EnvironmentLock>> }

/** One requirement: nothing but a pinned package of an index with its hashes, so that no option and no path gets in. */
const REQUIREMENT =
  /^[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9,._ -]*\])?===?[A-Za-z0-9.!+_-]+( ; ((?! --)[\w .,<>=!~*()'"+-])+)?( --hash=sha256:[0-9a-f]{64})+$/
const IMAGE_DIGEST = /^sha256:[0-9a-f]{64}$/

const pythonLock = z.strictObject({
  kind: z.literal('python'),
  spec: z.strictObject({ python: z.string(), packages: z.array(z.string()) }),
  pythonMinor: z.string().regex(/^3\.\d+$/, { error: 'a Python minor is a text such as 3.11' }),
  requirements: z.array(z.string().regex(REQUIREMENT, { error: 'not a pinned package with sha256 hashes' })),
})
const imageDigest = z.string().regex(IMAGE_DIGEST, { error: 'not a sha256 digest' })
const imageLock = z.strictObject({
  kind: z.literal('image'),
  image: z.string().min(1),
  indexDigest: imageDigest,
  platforms: z.record(z.string(), imageDigest),
})
const environmentLock = z.discriminatedUnion('kind', [pythonLock, imageLock])
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

/** Whether a lock was made for what the document asks today; the order of packages does not matter. */
export function lockMatches(lock: EnvironmentLock, spec: PythonSpec | { readonly image: string }): boolean {
  if ('image' in spec) return lock.kind === 'image' && lock.image === spec.image
  if (lock.kind !== 'python') return false
  return lock.spec.python.trim() === spec.python.trim() && sameTexts(lock.spec.packages, spec.packages)
}

function sameTexts(left: readonly string[], right: readonly string[]): boolean {
  return JSON.stringify(trimmed(left)) === JSON.stringify(trimmed(right))
}

function trimmed(texts: readonly string[]): string[] {
  return texts.map((text) => text.trim()).toSorted()
}

/** sha256 in hex of what an environment holds: Python minor and packages, or the image's index; not how it was asked. */
export function environmentDigest(lock: EnvironmentLock): string {
  const identity =
    lock.kind === 'python'
      ? { pythonMinor: lock.pythonMinor, requirements: lock.requirements }
      : { indexDigest: lock.indexDigest }
  return createHash('sha256').update(canonicalJson(identity)).digest('hex')
}

/** `name==version` of every locked package, without markers and hashes. */
export function packageVersions(requirements: readonly string[]): string[] {
  return [...new Set(requirements.map((requirement) => requirement.split(' ', 1)[0] ?? ''))]
}

/** Whether a line is a pinned package of an index with sha256 hashes, and nothing else. */
export function isRequirement(line: string): boolean {
  return REQUIREMENT.test(line)
}
