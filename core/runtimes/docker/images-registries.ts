import { isProblem, Problem } from '#core/base/problem.ts'
import type { ImageRegistries, PushCheck } from '#core/runtimes/images.ts'
import type { DockerEngine } from './engine.ts'
import { loginFor } from './images-credentials.ts'
import { isInsecureRegistry, keepInsecure, readInsecure } from './images-insecure.ts'
import { knownReference, withLoginFault } from './images-pull.ts'
import { pushProblem } from './images-push-problems.ts'
import type { RegistryQuestion } from './images-registry.ts'
import { callRegistry } from './images-registry-http.ts'
import { readStoredImage, readTags } from './images-registry-read.ts'

export type ImageRegistriesOptions = {
  /** Asked whether a registry that does not speak https may be asked by http. */
  readonly engine: DockerEngine
  /** A file that keeps which ones may, for times without an engine; nothing is kept where absent. */
  readonly insecureFile?: string
}

/** Registries of images as this machine reaches them. Nothing is connected until the first call. */
export function openImageRegistries(options: ImageRegistriesOptions): ImageRegistries {
  const isInsecure = insecureBy(options)
  return {
    async read(reference, platform, signal) {
      signal?.throwIfAborted()
      return asked(reference, { signal, isInsecure }, (question) => readStoredImage(question, platform))
    },
    async tags(name, signal) {
      signal?.throwIfAborted()
      return asked(name, { signal, isInsecure }, readTags)
    },
    checkPush: (registry, signal) => checkPush(registry, { signal, isInsecure }),
  }
}

type Asking = Pick<RegistryQuestion, 'signal' | 'isInsecure'>

async function asked<Answer>(
  text: string,
  asking: Asking,
  ask: (question: RegistryQuestion) => Promise<Answer>,
): Promise<Answer> {
  const reference = knownReference(text)
  const login = await loginFor(reference.host)
  try {
    return await ask({ reference, text, credentials: login.credentials, ...asking })
  } catch (error) {
    throw withLoginFault(error, login)
  }
}

/** Where the engine is away, what it last said counts. */
function insecureBy({ engine, insecureFile }: ImageRegistriesOptions): (host: string) => Promise<boolean> {
  return async (host) => {
    const isListed = await isInsecureRegistry(engine, host)
    if (insecureFile === undefined || isListed === false) return isListed === true
    const kept = readInsecure(insecureFile)
    if (isListed === true && !kept.includes(host)) keepInsecure(insecureFile, [...kept, host])
    return isListed ?? kept.includes(host)
  }
}

/** The repository that most images are pushed to. */
const REPOSITORY = 'minisub-env'

/** Begins an upload, as a push does first, and gives it up. */
async function checkPush(registry: string, asking: Asking): Promise<PushCheck> {
  asking.signal?.throwIfAborted()
  const text = `${registry}/${REPOSITORY}`
  try {
    await asked(text, asking, tryUpload)
    return { push: 'ok' }
  } catch (error) {
    if (!isProblem(error)) throw error
    if (error.code.startsWith('registry_')) return { push: error }
    return { push: pushProblem(saidIn(error), { ...hostOf(text), reference: text, cause: error }) }
  }
}

/** The registry's words in a Problem, without its advice: that names certificates whatever the fault is. */
function saidIn({ details, message }: Problem): string {
  return details ?? /cannot be reached \((.*)\): /s.exec(message)?.[1] ?? message
}

function hostOf(text: string): { readonly host: string } {
  return { host: knownReference(text).host }
}

async function tryUpload(question: RegistryQuestion): Promise<void> {
  const answer = await callRegistry({ method: 'POST', path: 'blobs/uploads/' }, question)
  const words = answer.ok ? '' : (await answer.text()).slice(0, 2_000)
  await answer.body?.cancel().catch(ignoreRead)
  const { text, reference } = question
  const about = { reference: text, host: reference.host }
  if (!answer.ok) throw pushProblem(`HTTP status: ${answer.status} ${wordsOf(words)}`.trim(), about)
  const location = answer.headers.get('location')
  if (location === null) throw new Problem('registry_denied', noRegistry(reference.host))
  const upload = new URL(location, answer.url)
  // one that is not cancelled is dropped by the registry itself after some days
  if (upload.origin !== new URL(answer.url).origin) return
  const ended = await callRegistry({ method: 'DELETE', path: upload.href }, question)
  await ended.body?.cancel()
}

function ignoreRead(error: unknown): void {
  // a body that was read to its end is not cancelled
  if (!(error instanceof TypeError)) throw error
}

function noRegistry(host: string): string {
  return `what answers at ${host} is no registry of images: correct the registry of the target`
}

/** The messages of a registry's answer, else what it sent. */
function wordsOf(body: string): string {
  return [...body.matchAll(/"message"\s*:\s*"([^"]*)"/g)].map(([, message = '']) => message).join('; ') || body
}
