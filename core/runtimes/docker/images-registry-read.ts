import { createHash } from 'node:crypto'
import { z } from 'zod'
import { platformText } from '#core/base/image-reference.ts'
import { Problem } from '#core/base/problem.ts'
import type { StoredImage } from '#core/runtimes/images.ts'
import { askRegistry, callRegistry } from './images-registry-http.ts'
import {
  index,
  INDEXES,
  MANIFESTS,
  platformsOf,
  platform as platformFields,
  readJson,
  strange,
} from './images-registry.ts'
import type { RegistryQuestion } from './images-registry.ts'
import { readBody } from './images-registry-send.ts'

const ACCEPT = [...INDEXES, ...MANIFESTS].join(', ')

const manifest = z.object({
  config: z.object({ digest: z.string() }),
  layers: z.array(z.object({ size: z.number() })),
})
const config = platformFields.extend({
  rootfs: z.object({ diff_ids: z.array(z.string()).nullish() }).nullish(),
  config: z
    .object({ Env: z.array(z.string()).nullish(), Labels: z.record(z.string(), z.string()).nullish() })
    .nullish(),
})

/**
 * What a registry has under a name, of an index the image of the platform; undefined where it has nothing there. Throws
 * Problem `image_login`, `image_unavailable` (also of an index without that platform), `network_unavailable`.
 */
export async function readStoredImage(question: RegistryQuestion, platform: string): Promise<StoredImage | undefined> {
  const { reference } = question
  const path = `manifests/${reference.digest ?? reference.tag ?? 'latest'}`
  const answer = await callRegistry({ method: 'GET', path, accept: ACCEPT }, question)
  if (answer.status === 404) {
    await answer.body?.cancel()
    return undefined
  }
  const body = await readBody(answer, question)
  const digest = digestOf(body)
  if (reference.digest !== undefined && reference.digest !== digest) throw strange(question, 'other bytes')
  const found = index.safeParse(readJson(body))
  const own = found.success ? await ofPlatform(platformsOf(found.data), platform, question) : body
  return { digest, ...(await describe(own, question)) }
}

const tagList = z.object({ tags: z.array(z.string()).nullish() })
const MOST_TAGS = 1_000

/** See `ImageRegistries.tags`; the reference of the question names the repository. */
export async function readTags(question: RegistryQuestion): Promise<string[]> {
  const answer = await callRegistry({ method: 'GET', path: `tags/list?n=${MOST_TAGS}` }, question)
  if (answer.status === 404) {
    await answer.body?.cancel()
    return []
  }
  const found = tagList.safeParse(readJson(await readBody(answer, question)))
  if (!found.success) throw strange(question, 'something else than a list of tags')
  return found.data.tags ?? []
}

async function ofPlatform(
  platforms: Readonly<Record<string, string>>,
  platform: string,
  question: RegistryQuestion,
): Promise<Uint8Array> {
  const digest = platforms[platform]
  if (digest !== undefined) return askRegistry(`manifests/${digest}`, ACCEPT, question)
  const offered = Object.keys(platforms).toSorted().join(', ')
  const message = `the image ${question.text} is for ${offered}, not for ${platform}: choose another image, or build it for that platform too`
  throw new Problem('image_platform', message)
}

async function describe(body: Uint8Array, question: RegistryQuestion): Promise<Omit<StoredImage, 'digest'>> {
  const found = manifest.safeParse(readJson(body))
  if (!found.success) throw strange(question, 'a kind of manifest that is not known')
  const bytes = await askRegistry(`blobs/${found.data.config.digest}`, '*/*', question)
  const { data } = config.safeParse(readJson(bytes))
  if (data === undefined) throw strange(question, 'an image without a platform')
  return {
    platform: platformText(data.os, data.architecture, data.variant),
    env: Object.fromEntries((data.config?.Env ?? []).map(readVariable)),
    labels: data.config?.Labels ?? {},
    sizeBytes: found.data.layers.reduce((sum, { size }) => sum + size, 0),
    layers: data.rootfs?.diff_ids ?? [],
  }
}

/** A variable as images have them: `NAME=value`. */
export function readVariable(text: string): [string, string] {
  const equals = text.indexOf('=')
  return equals === -1 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)]
}

function digestOf(body: Uint8Array): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`
}
