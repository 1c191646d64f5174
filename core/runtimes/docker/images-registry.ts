import { createHash } from 'node:crypto'
import { z } from 'zod'
import { platformText, type ImageReference } from '#core/base/image-reference.ts'
import type { Problem } from '#core/base/problem.ts'
import type { RegistryImage } from '#core/runtimes/images.ts'
import type { Credentials } from './images-credentials.ts'
import { imageProblem } from './images-problems.ts'
import { askRegistry } from './images-registry-http.ts'

export const INDEXES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
] as const
export const MANIFESTS = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
export const platform = z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() })
export const index = z.object({ manifests: z.array(z.object({ digest, platform: platform.optional() })) })
const manifest = z.object({ config: z.object({ digest }) })

/** What is asked for, and as whom. */
export type RegistryQuestion = {
  readonly reference: ImageReference
  readonly text: string
  readonly credentials: Credentials | undefined
  readonly signal: AbortSignal | undefined
  /** Whether a host that does not answer by https may be asked by http; only this machine may where absent. */
  readonly isInsecure?: (host: string) => Promise<boolean>
}

/**
 * What a registry says of an image over its own interface. Throws Problem `image_unavailable`, `image_login` or
 * `network_unavailable`; rejects with the signal's reason when it aborts.
 */
export async function readRegistry(question: RegistryQuestion): Promise<RegistryImage> {
  const { reference } = question
  const path = `manifests/${reference.digest ?? reference.tag ?? 'latest'}`
  const body = await askRegistry(path, [...INDEXES, ...MANIFESTS].join(', '), question)
  const indexDigest = `sha256:${createHash('sha256').update(body).digest('hex')}`
  if (reference.digest !== undefined && reference.digest !== indexDigest) throw strange(question, 'other bytes')
  const found = index.safeParse(readJson(body))
  const platforms = found.success ? platformsOf(found.data) : await onePlatform(body, indexDigest, question)
  return { indexDigest, platforms }
}

/** Entries without a platform, or of an unknown one, are attestations and the like. */
export function platformsOf({ manifests }: z.infer<typeof index>): Record<string, string> {
  const entries = manifests.flatMap((entry) => {
    if (entry.platform === undefined || entry.platform.os === 'unknown') return []
    const { os, architecture, variant } = entry.platform
    return [[platformText(os, architecture, variant), entry.digest] as const]
  })
  // the first of a platform is the one that engines take
  return Object.fromEntries(entries.toReversed())
}

async function onePlatform(body: Uint8Array, own: string, question: RegistryQuestion): Promise<Record<string, string>> {
  const found = manifest.safeParse(readJson(body))
  if (!found.success) throw strange(question, 'a kind of manifest that is not known')
  const config = await askRegistry(`blobs/${found.data.config.digest}`, '*/*', question)
  const { data } = platform.safeParse(readJson(config))
  if (data === undefined) throw strange(question, 'an image without a platform')
  return { [platformText(data.os, data.architecture, data.variant)]: own }
}

export function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    // not JSON: the schemas refuse it
    return undefined
  }
}

export function strange({ reference, text }: RegistryQuestion, what: string): Problem {
  return imageProblem(`the registry sent ${what}`, { reference: text, host: reference.host })
}
